"""Find what fans wrote, and the answers that say the same."""

from __future__ import annotations

import time
from collections.abc import Iterable

from triagebot.desk.guess import MindHolder
from triagebot.desk.search_shapes import AnswerHit, SearchHit, SearchQuery, SearchResult
from triagebot.domain.catalogue import Answer
from triagebot.store import search
from triagebot.store.database import Database
from triagebot.store.tokens import marks, phrases
from triagebot.web.endpoint import Call, Endpoint

MOST_ANSWERS = 20


class SearchApi:
    """Owns `/api/v1/search`."""

    def __init__(self, db: Database, holder: MindHolder) -> None:
        self._db = db
        self._holder = holder

    def endpoints(self) -> list[Endpoint]:
        """Return the one endpoint."""
        return [
            Endpoint("GET", "/api/v1/search", "Find messages of fans", self.find,
                     query=SearchQuery, result=SearchResult, tag="search"),
        ]  # fmt: skip

    async def find(self, call: Call) -> SearchResult:
        """Return messages that hold every part of the query, newest first."""
        began = time.perf_counter()
        hits = await self._db.read(search.find, call.query.q, call.query.limit)
        items = [
            SearchHit(
                message_id=str(hit.message_id),
                conversation_id=str(hit.conversation_id),
                text=hit.text,
                at=hit.at,
                from_="fan",
                marks=hit.marks,
            )
            for hit in hits
        ]
        took = round((time.perf_counter() - began) * 1000, 1)
        answers = self._holder.mind.catalogue.answers.values()
        return SearchResult(items, took, find_answers(answers, call.query.q))


def find_answers(answers: Iterable[Answer], query: str) -> list[AnswerHit]:
    """Return the answers that hold every part of a query, those that ask for it first."""
    wanted = phrases(query)
    parts = query.lower().split()
    hits = []
    for answer in answers:
        words = "\n".join((*answer.questions, answer.text, answer.id)).lower()
        if wanted and all(part in words for part in parts):
            found = marks(answer.question, wanted)
            hits.append(AnswerHit(answer.id, answer.intent, answer.question, found))
    hits.sort(key=lambda hit: not hit.marks)
    return hits[:MOST_ANSWERS]
