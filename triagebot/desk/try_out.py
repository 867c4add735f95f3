"""What would the bot say? Asked before fans ask, with drafts or without."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime

from triagebot.desk.editing import TrainedHolder
from triagebot.desk.edition_shapes import Trial, TrialAnswer, TrialResult
from triagebot.domain.catalogue import Catalogue
from triagebot.domain.conversation import Memory
from triagebot.domain.edition import Edition, Subject
from triagebot.domain.message import Inbound, Kind
from triagebot.store import editions
from triagebot.store.database import Database
from triagebot.triage.editions import fingerprint, lay_over, words_of
from triagebot.triage.think import Mind
from triagebot.web.endpoint import Call, Endpoint


class TryOutApi:
    """Owns `/api/v1/answers/try`; nothing is stored and no fan hears of it."""

    def __init__(self, db: Database, holder: TrainedHolder, clock: Callable[[], datetime]) -> None:
        self._db = db
        self._holder = holder
        self._clock = clock

    def endpoints(self) -> list[Endpoint]:
        """Return the one endpoint."""
        return [
            Endpoint("POST", "/api/v1/answers/try", "What would the bot say?", self.ask, Trial,
                     result=TrialResult, tag="answers"),
        ]  # fmt: skip

    async def ask(self, call: Call) -> TrialResult:
        """Return what somebody would get who writes for the first time."""
        mind = self._holder.mind
        if call.body.drafts:
            catalogue = await self._with_drafts(mind.catalogue)
            mind = await asyncio.to_thread(mind.edited, catalogue)
        return await asyncio.to_thread(tried, mind, call.body.text, self._clock())

    async def _with_drafts(self, catalogue: Catalogue) -> Catalogue:
        """Return the catalogue in use as it would be if all drafts were published."""
        found = await self._db.read(
            lambda connection: [
                draft
                for subject in Subject
                for draft in editions.drafts(connection, subject).values()
            ]
        )
        now = self._clock()
        drafted = [
            Edition(
                number,
                draft.subject,
                draft.name,
                draft.words,
                fingerprint(words_of(catalogue, draft.subject, draft.name)),
                None,
                None,
                draft.by,
                draft.at,
            )
            for number, draft in enumerate(found)
        ]
        return lay_over(catalogue, drafted, now)


def tried(mind: Mind, text: str, now: datetime) -> TrialResult:
    """Return what a mind makes of a first message, on a channel without switches of its own."""
    (prediction,) = mind.think([text])
    inbound = Inbound("try", "try", "try", Kind.TEXT, text, now)
    decision = mind.decide(inbound, Memory(), prediction)
    reply = mind.say(decision, lambda: 1)
    questions = mind.catalogue.answers
    return TrialResult(
        action=decision.action.value,
        reason=decision.reason.value,
        reply=reply.text,
        options=[option.title for option in reply.options],
        intent=decision.intent,
        confidence=decision.confidence,
        threshold=decision.threshold,
        answer=decision.answer,
        rule=decision.rule,
        answers=[
            TrialAnswer(near.answer, questions[near.answer].question, near.confidence, near.matched)
            for near in prediction.answers
            if near.answer in questions
        ],
    )
