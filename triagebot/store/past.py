"""Past messages with words, the newest first, each with what people said it was."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from triagebot.domain.label import Label
from triagebot.store import labels
from triagebot.store.tables import message
from triagebot.store.times import to_ms


@dataclass(frozen=True, slots=True)
class PastRow:
    """A fan's words, and their newest label."""

    id: int
    channel: str
    text: str
    label: Label | None


def before(
    connection: Connection, since: datetime, last: int | None = None, limit: int = 1000
) -> list[PastRow]:
    """Return up to `limit` messages received since then, with an id below `last` if it is given."""
    query = select(message.c.id, message.c.channel, message.c.text)
    query = query.where(message.c.received_at >= to_ms(since), message.c.text != "")
    if last is not None:
        query = query.where(message.c.id < last)
    rows = connection.execute(query.order_by(message.c.id.desc()).limit(limit)).all()
    judged = labels.of_messages(connection, [row.id for row in rows])
    return [PastRow(row.id, row.channel, row.text, judged.get(row.id)) for row in rows]


def newest_texts(connection: Connection, limit: int) -> list[str]:
    """Return the words of the newest messages that have some, newest first."""
    query = select(message.c.text).where(message.c.text != "")
    return list(connection.execute(query.order_by(message.c.id.desc()).limit(limit)).scalars())


def count(connection: Connection, since: datetime) -> int:
    """Return how many messages with words were received since then."""
    query = select(func.count()).select_from(message)
    query = query.where(message.c.received_at >= to_ms(since), message.c.text != "")
    return connection.execute(query).scalar_one()


def is_empty(connection: Connection) -> bool:
    """Return whether no fan ever wrote."""
    return connection.execute(select(message.c.id).limit(1)).first() is None
