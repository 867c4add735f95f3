"""One decision on many waiting fans: answer, close or label them all, and take it back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from triagebot.desk.cluster_shapes import (
    ClearingMade,
    ClearingPage,
    ClearingShape,
    NewClearing,
    Pace,
)
from triagebot.desk.guess import MindHolder
from triagebot.domain.agent import Agent
from triagebot.domain.label import Label, Source
from triagebot.errors import BadInput
from triagebot.store import clearing_holds, clearings, labels
from triagebot.store.clearings import ClearingRow, State, Target
from triagebot.store.database import Database
from triagebot.web.endpoint import Call, Endpoint

PATH = "/api/v1/clearings"
PACED = timedelta(minutes=15)
DAY = timedelta(days=1)
BODY_LIMIT = 1024 * 1024
"""Bytes of a decision on the most conversations that one may be on."""

LONGEST = 2048
"""Bytes that one message may have on the platforms."""


class ClearingApi:
    """Owns the decisions on many."""

    def __init__(self, db: Database, holder: MindHolder, clock: Callable[[], datetime]) -> None:
        self._db = db
        self._holder = holder
        self._clock = clock

    def endpoints(self) -> list[Endpoint]:
        """Return the endpoints that decide, list and take back."""
        tag = "clusters"
        return [
            Endpoint("POST", PATH, "Answer, close or label many at once", self.add, NewClearing,
                     result=ClearingMade, status=201, tag=tag, limit=BODY_LIMIT),
            Endpoint("GET", PATH, "Your newest decisions on many, and your pace", self.list,
                     result=ClearingPage, tag=tag),
            Endpoint("POST", PATH + "/{id}/undo", "Take back what has not left", self.undo,
                     result=ClearingShape, tag=tag),
        ]  # fmt: skip

    async def add(self, call: Call) -> ClearingMade:
        """Hold a decision for a minute; then it goes out, as fast as the quotas allow.

        Raises `BadInput` for an unknown intent or answer, too many words, or nothing to do.
        """
        body = call.body
        self._check(body)
        made, reasons = await self._db.write(
            _decide, call.signed_in, body, self._holder.mind.model, self._clock()
        )
        return ClearingMade(_shape(made), dict(Counter(reasons.values())))

    async def list(self, call: Call) -> ClearingPage:
        """Return the caller's decisions of the last day."""
        now = self._clock()
        rows = await self._db.read(clearings.newest, call.signed_in.id, now - DAY)
        return ClearingPage([_shape(row) for row in rows], _pace(rows, now))

    async def undo(self, call: Call) -> ClearingShape:
        """Put those who have not been written to back in the queue, without the labels.

        Raises `NotFound`, and `Conflict` when all has gone out.
        """
        row = await self._db.write(_take_back, call.id(), call.signed_in, self._clock())
        return _shape(row)

    def _check(self, body: NewClearing) -> None:
        if body.intent is not None and body.intent not in self._holder.mind.catalogue.intents:
            raise BadInput("There is no such intent.", fields={"intent": "unknown"})
        if body.keeps and (body.intent is None or body.text):
            raise BadInput("What only labels needs an intent alone.", fields={"keeps": "label"})
        known = self._holder.mind.catalogue.answers
        if body.answer is not None and (body.answer not in known or not body.text):
            raise BadInput("There is no such answer.", fields={"answer": "unknown"})
        if len(body.text.encode()) > LONGEST:
            raise BadInput(f"text: is over {LONGEST} bytes", fields={"text": "too_long"})
        if body.text and not body.text.strip():
            raise BadInput("text: is blank", fields={"text": "is blank"})


def _decide(
    connection: Any, agent: Agent, body: NewClearing, model: str, now: datetime
) -> tuple[ClearingRow, dict[int, str]]:
    targets = [
        Target(int(each.conversation_id), int(each.message_id), int(each.newest_id))
        for each in body.targets
    ]
    reasons: dict[int, str] = {}
    if body.keeps and body.intent:
        made = clearing_holds.add_labels(connection, agent.id, targets, body.intent, now)
    else:
        made, reasons = clearing_holds.add(
            connection, agent.id, targets, body.text, body.intent, now
        )
    if body.answer:
        clearings.name_answer(connection, made.id, body.answer)
    if body.intent:
        said = clearings.messages_of(connection, made.id)
        label = Label("", body.intent, Source.AGENT, agent.name, now, model=model or None)
        labels.put_all(connection, said, label)
    return made, reasons


def _take_back(connection: Any, clearing_id: int, agent: Agent, now: datetime) -> ClearingRow:
    held = clearings.held_messages(connection, clearing_id)
    row = clearing_holds.undo(connection, clearing_id, agent.id, now)
    if row.intent:
        labels.withdraw_all(connection, held, agent.name, now)
    return row


def _pace(rows: Sequence[ClearingRow], now: datetime) -> Pace:
    """Return how fast conversations were decided on lately, from the first decision on."""
    begin = now - PACED
    counted = [
        row for row in rows
        if row.created_at >= begin and not row.keeps and row.state is not State.UNDONE
    ]  # fmt: skip
    since = min((row.created_at for row in counted), default=now)
    size = sum(row.size for row in counted)
    minutes = max(1.0, (now - since).total_seconds() / 60.0)
    return Pace(since, len(counted), size, round(size / minutes, 1))


def _shape(row: ClearingRow) -> ClearingShape:
    return ClearingShape(
        id=str(row.id),
        state=row.state.value,
        text=row.text,
        intent=row.intent,
        keeps=row.keeps,
        size=row.size,
        counts=dict(row.counts),
        created_at=row.created_at,
        starts_at=row.starts_at,
    )
