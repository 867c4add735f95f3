"""Notices to fans whom no message reaches any more: "an agent has answered", once a silence."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, insert, select, update

from triagebot.store import events, places
from triagebot.store.outbound_rows import State
from triagebot.store.tables import answered_notice, conversation, outbound
from triagebot.store.times import to_ms

WINDOW = timedelta(hours=48)
_NAME = "notices"


@dataclass(frozen=True, slots=True)
class Notice:
    """Whom to tell that the text `outbound_id` of an agent waits for them."""

    conversation_id: int
    outbound_id: int
    channel: str
    fan: str


def claim(
    connection: Connection, channels: Collection[str], now: datetime, limit: int = 500
) -> list[Notice]:
    """Return the notices that follow from what failed since the last time, each written down.

    One follows from an agent's text that failed because the fan's window is closed, and only the
    first since the fan last wrote. What was claimed and not settled is not claimed again: it may
    have been sent.
    """
    batch = events.read_after(connection, places.place(connection, _NAME), limit)
    if batch:
        places.move(connection, _NAME, batch[-1].id)
    found = []
    for event in batch:
        said = event.payload
        if event.kind == "message" and said.get("state") == State.FAILED:
            notice = _of(connection, int(said["outbound_id"]), channels, now)
            if notice is not None:
                found.append(notice)
    return found


def settle(connection: Connection, notice: Notice, state: str, error: str = "") -> None:
    """Write down how sending ended."""
    own = answered_notice.c.conversation_id == notice.conversation_id
    values = {"state": state, "error": error[:200]}
    connection.execute(update(answered_notice).where(own).values(**values))


def _of(
    connection: Connection, outbound_id: int, channels: Collection[str], now: datetime
) -> Notice | None:
    source = outbound.join(conversation, conversation.c.id == outbound.c.conversation_id)
    source = source.outerjoin(
        answered_notice, answered_notice.c.conversation_id == conversation.c.id
    )
    query = select(
        conversation.c.id, conversation.c.channel, conversation.c.fan,
        conversation.c.window_until, answered_notice.c.at,
    ).select_from(source)  # fmt: skip
    row = connection.execute(
        query.where(outbound.c.id == outbound_id, outbound.c.agent_id.is_not(None))
    ).first()
    if row is None or row.channel not in channels or row.window_until > to_ms(now):
        return None
    last_word = row.window_until - WINDOW // timedelta(milliseconds=1)
    if row.at is not None and row.at >= last_word:
        return None
    own = answered_notice.c.conversation_id == row.id
    connection.execute(delete(answered_notice).where(own))
    values = {"conversation_id": row.id, "outbound_id": outbound_id, "at": to_ms(now)}
    connection.execute(insert(answered_notice).values(**values, state="sending", error=""))
    return Notice(row.id, outbound_id, row.channel, row.fan)
