"""Blind checks of automatic answers: what is to be judged, what was judged, by whom."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, func, select, update

from triagebot.domain.label import Label, Source
from triagebot.errors import Conflict, NotFound
from triagebot.store import labels, messages
from triagebot.store.tables import audit
from triagebot.store.times import from_ms, to_ms


class Verdict(StrEnum):
    """Whether the answer was the right one for what the fan wrote."""

    RIGHT = "right"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One drawn answer; `intent` is what the bot took the message for.

    `p_sample` is the probability with which it was drawn, in (0, 1].
    """

    id: int
    message_id: int
    intent: str
    p_sample: float
    verdict: Verdict | None
    right_intent: str | None
    right_answer: str | None
    by: str | None
    judged_at: datetime | None


@dataclass(frozen=True, slots=True)
class Tally:
    """How many answers of an intent were drawn with one probability and judged alike."""

    intent: str
    p_sample: float
    verdict: Verdict | None
    count: int


def waiting(connection: Connection, limit: int, skipped: Sequence[int] = ()) -> list[AuditRow]:
    """Return up to `limit` answers that nobody has judged, the first drawn first."""
    query = select(audit).where(audit.c.verdict.is_(None), audit.c.id.not_in(skipped))
    return [_to_row(row) for row in connection.execute(query.order_by(audit.c.id).limit(limit))]


def get(connection: Connection, audit_id: int) -> AuditRow:
    """Return one. Raises `NotFound`."""
    row = connection.execute(select(audit).where(audit.c.id == audit_id)).first()
    if row is None:
        raise NotFound("There is no such check.")
    return _to_row(row)


def judge(
    connection: Connection,
    audit_id: int,
    verdict: Verdict,
    by: str,
    now: datetime,
    right: tuple[str | None, str | None] = (None, None),
) -> AuditRow:
    """Store a verdict, or another one of the same person, and return what is stored.

    `right` are the intent and answer that would have been right, if known. The message gets the
    label that follows; an answer that is wrong, nobody says how, gives none. Raises `NotFound`,
    and `Conflict` when somebody else has judged it.
    """
    drawn = _mine(connection, audit_id, by)
    values = {
        "verdict": verdict.value,
        "right_intent": right[0],
        "right_answer": right[1],
        "by": by,
        "judged_at": to_ms(now),
    }
    connection.execute(update(audit).where(audit.c.id == audit_id).values(values))
    _label(connection, drawn, verdict, by, now, right)
    return get(connection, audit_id)


def unjudge(connection: Connection, audit_id: int, by: str, now: datetime) -> AuditRow:
    """Take one's own verdict and its label back; return the row as it was.

    Raises `NotFound` when there is no verdict, `Conflict` when it is somebody else's.
    """
    before = _mine(connection, audit_id, by)
    if before.verdict is None:
        raise NotFound("There is no verdict to take back.")
    values = dict.fromkeys(("verdict", "right_intent", "right_answer", "by", "judged_at"))
    connection.execute(update(audit).where(audit.c.id == audit_id).values(values))
    _unlabel(connection, before.message_id, by, now)
    return before


def judged(connection: Connection, after: int = 0, limit: int = 1000) -> list[AuditRow]:
    """Return up to `limit` judged answers with an id above `after`, in the order of the draw."""
    query = select(audit).where(audit.c.verdict.is_not(None), audit.c.id > after)
    return [_to_row(row) for row in connection.execute(query.order_by(audit.c.id).limit(limit))]


def open_count(connection: Connection) -> int:
    """Return how many wait to be judged."""
    query = select(func.count()).select_from(audit).where(audit.c.verdict.is_(None))
    return connection.execute(query).scalar_one()


def tally(connection: Connection, since: datetime, until: datetime | None = None) -> list[Tally]:
    """Return how the answers drawn in [since, until) were judged; without an end, until now."""
    parts = (audit.c.intent, audit.c.p_sample, audit.c.verdict)
    query = select(*parts, func.count().label("times")).where(audit.c.drawn_at >= to_ms(since))
    if until is not None:
        query = query.where(audit.c.drawn_at < to_ms(until))
    rows = connection.execute(query.group_by(*parts))
    return [Tally(row.intent, row.p_sample, _verdict(row.verdict), row.times) for row in rows]


def judged_since(connection: Connection, by: str, since: datetime) -> int:
    """Return how many one person has judged since then."""
    query = select(func.count()).select_from(audit)
    query = query.where(audit.c.by == by, audit.c.judged_at >= to_ms(since))
    return connection.execute(query).scalar_one()


def _mine(connection: Connection, audit_id: int, by: str) -> AuditRow:
    connection.execute(select(audit.c.id).where(audit.c.id == audit_id).with_for_update())
    row = get(connection, audit_id)
    if row.by not in (None, by):
        raise Conflict("Somebody else has judged this answer.", fields={"holder": row.by})
    return row


def _label(
    connection: Connection,
    drawn: AuditRow,
    verdict: Verdict,
    by: str,
    now: datetime,
    right: tuple[str | None, str | None],
) -> None:
    given = messages.get(connection, drawn.message_id).decision
    intent, answer = (drawn.intent, given.answer) if verdict is Verdict.RIGHT else right
    _unlabel(connection, drawn.message_id, by, now)
    if intent:
        new = Label(
            text="",
            intent=intent,
            source=Source.AUDIT,
            by=by,
            at=now,
            message_id=str(drawn.message_id),
            answer=answer or None,
            p_sample=drawn.p_sample,
            model=given.model or None,
        )
        labels.put(connection, new)


def _unlabel(connection: Connection, message_id: int, by: str, now: datetime) -> None:
    with contextlib.suppress(NotFound):
        labels.withdraw(connection, message_id, by, now)


def _verdict(word: str | None) -> Verdict | None:
    return Verdict(word) if word else None


def _to_row(row: Row[Any]) -> AuditRow:
    return AuditRow(
        row.id,
        row.message_id,
        row.intent,
        row.p_sample,
        _verdict(row.verdict),
        row.right_intent,
        row.right_answer,
        row.by,
        from_ms(row.judged_at),
    )
