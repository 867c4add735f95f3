"""Draws automatic answers for blind checks: at random, rare intents more often, each once."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, insert, select, text, update

from triagebot.domain.decision import Action, Reason
from triagebot.store import bulk
from triagebot.store.tables import audit, audit_stratum, message, progress
from triagebot.store.times import to_ms

AUTOMATIC = (
    Reason.CERTIFIED.value,
    Reason.EXACT_QUESTION.value,
    Reason.KEYWORD_RULE.value,
    Reason.CHITCHAT.value,
)
"""The answers that the bot chose by itself; a welcome or what a fan picked from a menu is none."""

WEEKLY = 20
"""How many checks a week each intent gets at least, if it is answered that often."""

LATE = timedelta(seconds=30)
"""On PostgreSQL a lower id may be committed after a higher one, but not by more than this."""

_WEEK = 7 * 24 * 3600 * 1000
_NAME = "audit"
_COLUMNS = (
    message.c.id,
    message.c.received_at,
    message.c.action,
    message.c.reason,
    message.c.intent,
)
_COUNT = """
INSERT INTO audit_stratum (intent, week, seen) VALUES (:intent, :week, :seen)
ON CONFLICT (intent, week) DO UPDATE SET seen = audit_stratum.seen + excluded.seen
"""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Messages that were not looked at yet, from after the id `start`; `end` is the last one."""

    start: int
    end: int
    answered: Sequence[tuple[int, str, int]]


def unseen(connection: Connection, limit: int, now: datetime) -> Stretch | None:
    """Return the next stretch of up to `limit` messages, or None when all were looked at."""
    start = connection.execute(select(progress.c.value).where(progress.c.name == _NAME)).scalar()
    start = start or 0
    query = select(*_COLUMNS).where(message.c.id > start).order_by(message.c.id).limit(limit)
    rows: Sequence[Row[Any]] = connection.execute(query).all()  # type: ignore[assignment]
    if not bulk.is_sqlite(connection):
        rows = _settled(rows, to_ms(now - LATE))
    if not rows:
        return None
    answered = [
        (row.id, row.intent or "", row.received_at // _WEEK) for row in rows if _counts(row)
    ]
    return Stretch(start, rows[-1].id, answered)


def draw(connection: Connection, stretch: Stretch, rate: float, now: datetime) -> int:
    """Draw from a stretch and return how many were drawn; 0 when another node has done it.

    Each message is drawn with a probability of `rate`, 0..1, or more where its intent is rare.
    The lot comes from the message's id alone, so it can be drawn again with the same end.
    """
    step = update(progress).where(progress.c.name == _NAME, progress.c.value == stretch.start)
    if connection.execute(step.values(value=stretch.end)).rowcount != 1:
        return 0
    seen = _volumes(connection, stretch)
    fresh: dict[tuple[str, int], int] = {}
    drawn = []
    for number, intent, week in stretch.answered:
        fresh[intent, week] = fresh.get((intent, week), 0) + 1
        now_seen = seen.get((intent, week), 0) + fresh[intent, week]
        p_sample = chance(rate, max(now_seen, seen.get((intent, week - 1), 0)))
        if lot(number) < p_sample:
            drawn.append(_row(number, intent, p_sample, now))
    for (intent, week), count in fresh.items():
        connection.execute(text(_COUNT), {"intent": intent, "week": week, "seen": count})
    if drawn:
        connection.execute(insert(audit), drawn)
    return len(drawn)


def chance(rate: float, weekly: int) -> float:
    """Return the probability with which an intent's answers are drawn, 0..1; 0 rate draws none.

    `weekly` is how many there are in a week, as far as is known.
    """
    return min(1.0, max(rate, WEEKLY / max(1, weekly))) if rate > 0 else 0.0


def lot(message_id: int) -> float:
    """Return the message's own number, 0..1: the same on every node and at every try."""
    digest = hashlib.sha256(f"audit:{message_id}".encode()).digest()
    return int.from_bytes(digest[:8], "big") / 2**64


def _row(number: int, intent: str, p_sample: float, now: datetime) -> dict[str, Any]:
    return {
        "message_id": number,
        "intent": intent,
        "p_sample": p_sample,
        "drawn_at": to_ms(now),
    }


def _counts(row: Row[Any]) -> bool:
    return row.action == Action.ANSWER.value and row.reason in AUTOMATIC


def _settled(rows: Sequence[Row[Any]], until: int) -> Sequence[Row[Any]]:
    ends = (place for place, row in enumerate(rows) if row.received_at > until)
    return rows[: next(ends, len(rows))]


def _volumes(connection: Connection, stretch: Stretch) -> dict[tuple[str, int], int]:
    weeks = {week for _, _, week in stretch.answered}
    query = select(audit_stratum).where(
        audit_stratum.c.week.in_(weeks | {week - 1 for week in weeks})
    )
    return {(row.intent, row.week): row.seen for row in connection.execute(query)}
