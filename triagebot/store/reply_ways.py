"""Which way a reply went: inside the fan's own request or later, decided once for all processes.

A message without a row was answered inside its first delivery. A row is written when there is
something to decide: a second delivery, a reply that cannot go inside a request, or a first
delivery that ended without one. Whoever writes it first decides; everybody else follows.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection, exists, insert, select, update

from triagebot.store import bulk
from triagebot.store import outbound as outbounds
from triagebot.store.tables import conversation, message, outbound, reply_way
from triagebot.store.times import to_ms

CLIENT_ID = "reply"


class Way(StrEnum):
    """`passive`: in a request of the fan's; `late`: by the outbox; `held`: a redelivery may still
    take it inside its request, after that it goes late."""

    PASSIVE = "passive"
    LATE = "late"
    HELD = "held"


_COLUMNS = ("message_id", "way", "due_at")


def claim_passive(connection: Connection, message_id: int) -> bool:
    """Say that a redelivery carries the reply, and return whether that is so."""
    return _claim(connection, message_id, Way.PASSIVE) is Way.PASSIVE


def hold(connection: Connection, message_id: int, due_at: datetime) -> None:
    """Leave the reply to redeliveries until a moment; nothing happens where it is decided."""
    bulk.insert(connection, reply_way, _COLUMNS, [(message_id, Way.HELD.value, to_ms(due_at))])


def send_late(connection: Connection, message_id: int, now: datetime) -> bool:
    """Queue the reply for the outbox, and return whether it goes, or went, that way.

    It is queued exactly once, whoever asks however often.
    """
    if _claim(connection, message_id, Way.LATE) is not Way.LATE:
        return False
    queued = exists().where(outbound.c.message_id == message_id)
    columns = (message.c.conversation_id, message.c.reply, conversation.c.agent_id)
    found = select(*columns).join(conversation, conversation.c.id == message.c.conversation_id)
    row = connection.execute(found.where(message.c.id == message_id, ~queued)).first()
    if row is None or row.reply is None:
        return True
    # The bot is silent while a person has the conversation: they see what it would have said.
    values = {"state": "queued", "error": ""}
    if row.agent_id is not None:
        values = {"state": "failed", "error": "a person has the conversation"}
    query = insert(outbound).values(
        conversation_id=row.conversation_id,
        message_id=message_id,
        text="",
        client_id=f"{CLIENT_ID} {message_id}",
        attempts=0,
        created_at=to_ms(now),
        due_at=to_ms(now),
        **values,
    )
    connection.execute(query)
    return True


def send_overdue(connection: Connection, now: datetime, limit: int = 50) -> int:
    """Queue the replies that no redelivery came for, and return how many there were."""
    due = (reply_way.c.way == Way.HELD) & (reply_way.c.due_at <= to_ms(now))
    query = select(reply_way.c.message_id).where(due).order_by(reply_way.c.due_at).limit(limit)
    numbers: Sequence[int] = connection.execute(query).scalars().all()
    for number in numbers:
        send_late(connection, number, now)
    return len(numbers)


def tidy(connection: Connection, now: datetime, silent_since: datetime) -> None:
    """End what cannot go on, and queue what is due; senders silent since then are dead."""
    outbounds.interrupted(connection, silent_since)
    outbounds.expire(connection, now)
    send_overdue(connection, now)


def _claim(connection: Connection, message_id: int, way: Way) -> Way:
    """Return the way in force after trying to make it this one."""
    if bulk.insert(connection, reply_way, _COLUMNS, [(message_id, way.value, None)]):
        return way
    mine = reply_way.c.message_id == message_id
    held = update(reply_way).where(mine, reply_way.c.way == Way.HELD).values(way=way, due_at=None)
    if connection.execute(held).rowcount:
        return way
    return Way(connection.execute(select(reply_way.c.way).where(mine)).scalar_one())
