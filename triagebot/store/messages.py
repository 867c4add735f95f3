"""Messages of fans: recorded once only, with their decision and their reply."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, select

from triagebot.domain.decision import Decision
from triagebot.domain.message import Event, Inbound, Kind, Reply
from triagebot.errors import NotFound
from triagebot.store import checksums, once
from triagebot.store.decision_columns import decision_of, reply_of
from triagebot.store.recording import Conclude, Conclusion, Outcome, record
from triagebot.store.tables import message
from triagebot.store.times import from_ms

__all__ = [
    "Conclude",
    "Conclusion",
    "MessageRow",
    "Outcome",
    "get",
    "known",
    "newest",
    "record",
    "thread",
    "to_row",
]


@dataclass(frozen=True, slots=True)
class MessageRow:
    """What a fan sent, what was decided and what went back at once.

    A row that was damaged on disk shows as of kind `unknown`, without words, from 1970.
    """

    id: int
    conversation_id: int
    channel: str
    fan: str
    kind: Kind
    event: Event | None
    text: str
    detail: Mapping[str, str]
    sent_at: datetime
    received_at: datetime
    decision: Decision
    reply: Reply


def get(connection: Connection, message_id: int) -> MessageRow:
    """Return one message; raises `NotFound`."""
    row = connection.execute(select(message).where(message.c.id == message_id)).first()
    if row is None:
        raise NotFound("There is no such message.")
    return to_row(row)


def thread(
    connection: Connection, conversation_id: int, limit: int = 200, before: int | None = None
) -> list[MessageRow]:
    """Return the newest `limit` messages of a conversation, oldest first.

    With `before` only messages with a smaller id are taken.
    """
    query = select(message).where(message.c.conversation_id == conversation_id)
    if before is not None:
        query = query.where(message.c.id < before)
    rows = connection.execute(query.order_by(message.c.id.desc()).limit(limit)).all()
    return [to_row(row) for row in reversed(rows)]


def known(connection: Connection, inbounds: Sequence[Inbound]) -> list[bool]:
    """Return for each message whether it is recorded already."""
    found = {tuple(row) for row in once.find(connection, ("channel", "fan", "key"), inbounds)}
    return [once.identity(inbound) in found for inbound in inbounds]


def newest(connection: Connection, conversation_id: int) -> MessageRow | None:
    """Return the newest message with words, the one that an agent answers."""
    query = select(message).where(message.c.conversation_id == conversation_id)
    query = query.where(message.c.text != "").order_by(message.c.id.desc()).limit(1)
    row = connection.execute(query).first()
    return to_row(row) if row else None


def to_row(row: Row[Any]) -> MessageRow:
    """Return a whole row of the table as a message."""
    if not checksums.is_sound(row):
        return _damaged(row)
    return MessageRow(
        id=row.id,
        conversation_id=row.conversation_id,
        channel=row.channel,
        fan=row.fan,
        kind=Kind(row.kind),
        event=Event(row.event) if row.event else None,
        text=row.text,
        detail=msgspec.json.decode(row.detail),
        sent_at=from_ms(row.sent_at),
        received_at=from_ms(row.received_at),
        decision=decision_of(row),
        reply=reply_of(row),
    )


def _damaged(row: Row[Any]) -> MessageRow:
    return MessageRow(
        id=row.id,
        conversation_id=row.conversation_id,
        channel="",
        fan="",
        kind=Kind.UNKNOWN,
        event=None,
        text="",
        detail={"damaged": "1"},
        sent_at=from_ms(0),
        received_at=from_ms(0),
        decision=checksums.UNREADABLE,
        reply=Reply(),
    )
