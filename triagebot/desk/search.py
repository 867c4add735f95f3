"""Find what fans wrote."""

from __future__ import annotations

import time

from triagebot.desk.shapes import SearchHit, SearchQuery, SearchResult
from triagebot.store import search
from triagebot.store.database import Database
from triagebot.web.endpoint import Call, Endpoint


class SearchApi:
    """Owns `/api/v1/search`."""

    def __init__(self, db: Database) -> None:
        self._db = db

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
        return SearchResult(items, round((time.perf_counter() - began) * 1000, 1))
