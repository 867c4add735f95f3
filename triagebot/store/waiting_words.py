"""What the fans of the queue have said, to be grouped and answered together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, func, select

from triagebot.store.tables import conversation, message
from triagebot.store.times import from_ms
from triagebot.store.waiting import IS_WAITING


@dataclass(frozen=True, slots=True)
class Said:
    """A message with words of a fan who waits, and what the model made of it when it came."""

    id: int
    conversation_id: int
    channel: str
    text: str
    reason: str
    intent: str | None
    confidence: float
    answer: str | None
    answer_confidence: float
    window_until: datetime


def said(connection: Connection, limit: int) -> list[Said]:
    """Return what fans wrote since they wait, fan by fan, soonest window first.

    At most `limit` fans; who sent no words in that time is left out.
    """
    queue = (
        select(conversation.c.id)
        .where(IS_WAITING)
        .order_by(conversation.c.window_until, conversation.c.waiting_since, conversation.c.id)
        .limit(limit)
    )
    query = _select().where(
        conversation.c.id.in_(queue),
        message.c.received_at >= conversation.c.waiting_since,
        message.c.text != "",
    )
    order = (conversation.c.window_until, conversation.c.id, message.c.id)
    return [_to_said(row) for row in connection.execute(query.order_by(*order))]


def said_before(
    connection: Connection, firsts: Mapping[int, int], passed_over: Sequence[str]
) -> list[Said]:
    """Return each fan's last words before a message, by conversation in `firsts`.

    Messages decided for one of the reasons in `passed_over` do not count.
    """
    newest = select(func.max(message.c.id)).where(
        message.c.conversation_id.in_(list(firsts)),
        message.c.text != "",
        message.c.reason.not_in(passed_over),
    )
    query = _select().where(message.c.id.in_(newest.group_by(message.c.conversation_id)))
    rows = [_to_said(row) for row in connection.execute(query)]
    return [row for row in rows if row.id < firsts[row.conversation_id]]


def _select() -> Select[Any]:
    both = conversation.join(message, message.c.conversation_id == conversation.c.id)
    return select(
        message.c.id,
        message.c.conversation_id,
        conversation.c.channel,
        message.c.text,
        message.c.reason,
        message.c.intent,
        message.c.confidence,
        message.c.answer,
        message.c.answer_confidence,
        conversation.c.window_until,
    ).select_from(both)


def _to_said(row: Row[Any]) -> Said:
    return Said(**{**row._mapping, "window_until": from_ms(row.window_until)})
