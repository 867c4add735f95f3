"""Messages for those who follow behind: each is looked at once, and nobody waits for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, delete, func, insert, select, update

from triagebot.store.tables import message, progress


@dataclass(frozen=True, slots=True)
class Heard:
    """A message with words."""

    id: int
    channel: str
    text: str


@dataclass(frozen=True, slots=True)
class Stretch:
    """Messages not yet looked at; `skipped` older ones were left out, `end` is the last id."""

    heard: Sequence[Heard]
    skipped: int
    end: int


def begin(connection: Connection, name: str) -> None:
    """Look from the newest message on; `name` is whose progress it is."""
    newest = connection.execute(select(func.max(message.c.id))).scalar() or 0
    connection.execute(delete(progress).where(progress.c.name == name))
    connection.execute(insert(progress).values(name=name, value=newest))


def unseen(connection: Connection, name: str, limit: int, most_behind: int) -> Stretch | None:
    """Return the next stretch of up to `limit` messages, or None when there is nothing new.

    Who is more than `most_behind` behind goes on with the newest; who never began has none.
    """
    after = connection.execute(select(progress.c.value).where(progress.c.name == name)).scalar()
    if after is None:
        return None
    newest = connection.execute(select(func.max(message.c.id))).scalar() or 0
    start = newest - limit if newest - after > most_behind else after
    query = select(message.c.id, message.c.channel, message.c.text).where(message.c.id > start)
    rows = connection.execute(query.order_by(message.c.id).limit(limit)).all()
    if not rows:
        return None
    heard = [Heard(row.id, row.channel, row.text) for row in rows if row.text]
    return Stretch(heard, start - after, rows[-1].id)


def advance(connection: Connection, name: str, stretch: Stretch) -> None:
    """Remember that a stretch was looked at."""
    query = update(progress).where(progress.c.name == name)
    connection.execute(query.values(value=stretch.end))
