"""The surge stage that a person has pinned, and the messages that were put off until later."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, delete, func, select, update

from triagebot.domain.surge import Stage
from triagebot.store import audit_log, bulk, events
from triagebot.store.messages import MessageRow, to_row
from triagebot.store.tables import message, progress, put_off

_PIN = "surge pin"


def pinned(connection: Connection) -> Stage | None:
    """Return the pinned stage, None when it follows the load."""
    query = select(progress.c.value).where(progress.c.name == _PIN)
    value = connection.execute(query).scalar()
    return Stage(value) if value else None


def pin(connection: Connection, stage: Stage | None, by: str, now: datetime) -> None:
    """Pin a stage for all processes, or let go of it; `by` is who wants it, for the record."""
    value = stage or 0
    if not bulk.insert(connection, progress, ("name", "value"), [(_PIN, value)]):
        connection.execute(update(progress).where(progress.c.name == _PIN).values(value=value))
    name = stage.name.lower() if stage else ""
    audit_log.note(connection, by, "surge.pin", now, detail={"stage": name})
    events.emit(connection, "surge", None, {"pinned": name})


def tell(connection: Connection, stage: Stage) -> None:
    """Let all screens know that a node's stage has changed."""
    events.emit(connection, "surge", None, {"stage": stage.name.lower()})


def waiting(connection: Connection) -> int:
    """Return how many messages still have to be thought about."""
    return connection.execute(select(func.count()).select_from(put_off)).scalar_one()


def oldest(connection: Connection, limit: int) -> list[MessageRow]:
    """Return up to `limit` messages that were put off, oldest first."""
    query = select(message).join(put_off, put_off.c.message_id == message.c.id)
    rows = connection.execute(query.order_by(put_off.c.message_id).limit(limit))
    return [to_row(row) for row in rows]


def claim(connection: Connection, numbers: Sequence[int]) -> set[int]:
    """Take messages off the list, and return those that nobody had before."""
    query = delete(put_off).where(put_off.c.message_id.in_(numbers))
    return set(connection.execute(query.returning(put_off.c.message_id)).scalars())
