"""What the bot could not answer and people had to, the newest first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from triagebot.domain.decision import Action, Reason
from triagebot.store.moments import first_since
from triagebot.store.tables import message
from triagebot.store.times import to_ms

UNANSWERED = (
    Reason.BELOW_THRESHOLD,
    Reason.SECOND_MISS,
    Reason.NONE_OF_THESE,
    Reason.LAST_RESORT,
    Reason.REPEATED,
    Reason.TOO_DEAR,
    Reason.RISKY,
)
"""Why a message came to a person though better words or more proof would have answered it."""


@dataclass(frozen=True, slots=True)
class HandedOff:
    """A fan's words, and what the model made of them when they came."""

    text: str
    intent: str | None
    confidence: float
    answer: str | None
    answer_confidence: float


def newest(connection: Connection, since: datetime, limit: int) -> list[HandedOff]:
    """Return up to `limit` messages since a moment that an answer might have spared people."""
    columns = message.c
    query = select(
        columns.text,
        columns.intent,
        columns.confidence,
        columns.answer,
        columns.answer_confidence,
    )
    query = query.where(
        columns.id >= first_since(connection, since),
        columns.received_at >= to_ms(since),
        columns.action == Action.HUMAN,
        columns.reason.in_(UNANSWERED),
        columns.text != "",
    )
    rows = connection.execute(query.order_by(columns.id.desc()).limit(limit))
    return [HandedOff(*row) for row in rows]
