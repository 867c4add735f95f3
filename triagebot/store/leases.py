"""Work that only one node may do at a time: who holds it, until when, and its fence.

A lease counts by the database's clock on PostgreSQL, so a node whose own clock jumps neither loses
its lease nor takes another's. A SQLite file has one machine and therefore one clock.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib import import_module

from sqlalchemy import ColumnElement, Connection, case, func, literal, select, update

from triagebot.errors import Conflict
from triagebot.store import bulk
from triagebot.store.tables import lease
from triagebot.store.times import to_ms

_MILLISECOND = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class Lease:
    """A name that is held; `fence` grows by one each time that it changes hands."""

    name: str
    holder: str
    fence: int


def hold(
    connection: Connection, name: str, holder: str, now: datetime, ttl: timedelta
) -> Lease | None:
    """Take a lease that is free or has run out, or renew one's own; None when another holds it."""
    moment = _moment(connection, now)
    until = moment + ttl // _MILLISECOND
    # Each engine has its own words for it; those of the other are long to load.
    dialect = import_module(f"sqlalchemy.dialects.{connection.dialect.name}")
    query = dialect.insert(lease).values(name=name, holder=holder, fence=1, until=until)
    new = query.excluded
    query = query.on_conflict_do_update(
        index_elements=[lease.c.name],
        set_={
            "holder": new.holder,
            "until": new.until,
            "fence": lease.c.fence + case((lease.c.holder == new.holder, 0), else_=1),
        },
        where=(lease.c.holder == new.holder) | (lease.c.until <= moment),
    )
    fence = connection.execute(query.returning(lease.c.fence)).scalar()
    return None if fence is None else Lease(name, holder, fence)


def let_go(connection: Connection, held: Lease) -> None:
    """Free a lease before its end; one that is another's by now is left alone."""
    connection.execute(update(lease).where(*_is(held)).values(until=0))


def check(connection: Connection, held: Lease) -> None:
    """Lock a lease until the commit. Raises `Conflict` when it has changed hands."""
    query = select(lease.c.fence).where(*_is(held))
    if connection.execute(query.with_for_update()).scalar() is None:
        raise Conflict(f"Another node does the work {held.name!r} now.", fields={"fence": "stale"})


def holder_of(connection: Connection, name: str) -> str | None:
    """Return who took a lease last, or None."""
    query = select(lease.c.holder).where(lease.c.name == name, lease.c.until > 0)
    return connection.execute(query).scalar()


def _is(held: Lease) -> tuple[ColumnElement[bool], ...]:
    return (
        lease.c.name == held.name,
        lease.c.holder == held.holder,
        lease.c.fence == held.fence,
    )


def _moment(connection: Connection, now: datetime) -> ColumnElement[int]:
    if bulk.is_sqlite(connection):
        return literal(to_ms(now), lease.c.until.type)
    seconds = func.extract("epoch", func.clock_timestamp())
    return func.cast(seconds * 1000, lease.c.until.type)
