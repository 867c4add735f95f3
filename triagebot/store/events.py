"""What changed, in the order of the commits, for screens that follow live.

Events are gathered while a group of jobs runs and written just before its commit. On PostgreSQL
that happens under a lock, so that a reader never sees a later id before an earlier one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import msgspec
from sqlalchemy import Connection, delete, func, select

from triagebot.store import bulk
from triagebot.store.tables import event

KEEP = 100_000
ORDER_LOCK = 7_301

_WRITTEN = ("kind", "conversation_id", "payload")
_COLUMNS = ("id", *_WRITTEN)
_AFTER = "SELECT {} FROM event WHERE id > {{0}} ORDER BY id LIMIT {{0}}".format(  # noqa: S608
    ", ".join(_COLUMNS)
)
_Pending = list[tuple[str, int | None, str]]


@dataclass(frozen=True, slots=True)
class EventRow:
    """One change. Ids only grow; `payload` holds ids and states, never texts."""

    id: int
    kind: str
    conversation_id: int | None
    payload: Mapping[str, str]


def emit(
    connection: Connection,
    kind: str,
    conversation_id: int | None = None,
    payload: Mapping[str, str] | None = None,
) -> None:
    """Add an event to the transaction; it is seen if and only if the rest of the job is."""
    row = (kind, conversation_id, msgspec.json.encode(payload or {}).decode())
    pending(connection).append(row)


def pending(connection: Connection) -> _Pending:
    """Return the events of this transaction that are not yet written."""
    return cast(_Pending, connection.info.setdefault("events", []))


def flush(connection: Connection) -> bool:
    """Write what is pending, as the last thing before the commit; tell whether there was any."""
    rows = pending(connection)
    if not rows:
        return False
    if not bulk.is_sqlite(connection):
        connection.exec_driver_sql("SELECT pg_advisory_xact_lock(%s)", (ORDER_LOCK,))
    bulk.insert(connection, event, _WRITTEN, rows)
    rows.clear()
    return True


def read_after(connection: Connection, cursor: int, limit: int = 500) -> list[EventRow]:
    """Return up to `limit` events with an id above `cursor`, oldest first."""
    return [
        EventRow(number, kind, conversation_id, msgspec.json.decode(payload))
        for number, kind, conversation_id, payload in _after(connection, cursor, limit)
    ]


def _after(connection: Connection, cursor: int, limit: int) -> Iterable[Sequence[Any]]:
    # Asked many times a second in every process, so by the driver alone.
    if bulk.is_sqlite(connection):
        return bulk.on_sqlite(connection, _AFTER.format("?"), (cursor, limit))
    return connection.exec_driver_sql(_AFTER.format("%s"), (cursor, limit))


def newest(connection: Connection) -> int:
    """Return the id of the newest event, 0 before the first."""
    return connection.execute(select(func.max(event.c.id))).scalar() or 0


def is_lost(connection: Connection, cursor: int) -> bool:
    """Whether events after `cursor` were pruned, so that the screen must load anew."""
    oldest = connection.execute(select(func.min(event.c.id))).scalar()
    return oldest is not None and cursor + 1 < oldest


def prune(connection: Connection, keep: int = KEEP) -> int:
    """Delete all but the newest `keep` events and return how many went."""
    last = newest(connection)
    return connection.execute(delete(event).where(event.c.id <= last - keep)).rowcount
