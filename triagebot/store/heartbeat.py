"""A small commit that tells whether the store still takes writes, and whether it is the same store.

It returns a number that only grows. After a failover to a stale copy the number has gone back:
whoever sees that must not write there. On PostgreSQL it is the place in the log, so that nodes
which look at the same time lock nothing that the others need.
"""

from __future__ import annotations

from sqlalchemy import Connection, text

from triagebot.errors import Busy
from triagebot.store import bulk

_BEAT = """
INSERT INTO progress (name, value) VALUES ('heartbeat', :seen + 1)
ON CONFLICT (name) DO UPDATE SET value = progress.value + 1 WHERE progress.value >= :seen
RETURNING value
"""
_PLACE = "SELECT CAST(pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0') AS bigint)"
_MARK = "SELECT pg_logical_emit_message(true, 'triagebot', 'beat')"


class WentBack(Busy):
    """The store is an older copy of itself; it must not be written until a person has looked."""


def beat(connection: Connection, seen: int) -> int:
    """Write something and return how far the store is.

    Raises `WentBack`, without writing, when it is less far than was `seen` there before.
    """
    place = _count(connection, seen) if bulk.is_sqlite(connection) else _mark(connection, seen)
    if place is None:
        raise WentBack("The store is an older copy of itself.")
    return place


def _count(connection: Connection, seen: int) -> int | None:
    place: int | None = connection.execute(text(_BEAT), {"seen": seen}).scalar()
    return place


def _mark(connection: Connection, seen: int) -> int | None:
    place: int = connection.execute(text(_PLACE)).scalar_one()
    if place < seen:
        return None
    connection.execute(text(_MARK))
    return place
