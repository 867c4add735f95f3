"""Counts of how fans write, hour by hour, and how careful the bot is because of them."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, select, text

from triagebot.store import audit_log, events, following
from triagebot.store.following import Stretch
from triagebot.store.tables import drift_guard, drift_hour
from triagebot.store.times import from_ms, to_ms

NAME = "drift"
"""Whose progress through the messages it is."""

KEPT = timedelta(weeks=10)
_HOUR_MS = 3_600_000


def hour_of(moment: datetime) -> datetime:
    """Return the start of the hour."""
    ms = to_ms(moment)
    return from_ms(ms - ms % _HOUR_MS)


def hours(connection: Connection, features: str, since: datetime) -> dict[datetime, str]:
    """Return the counts, as JSON, of each hour since then, of minds with these features."""
    query = select(drift_hour.c.hour, drift_hour.c.counts)
    query = query.where(drift_hour.c.features == features, drift_hour.c.hour >= to_ms(since))
    return {from_ms(row.hour): row.counts for row in connection.execute(query)}


def put_hour(
    connection: Connection, features: str, moment: datetime, counts: str, stretch: Stretch
) -> None:
    """Keep the counts of an hour, in which a stretch is now, and drop very old ones."""
    hour = to_ms(hour_of(moment))
    connection.execute(text(_HOUR), {"features": features, "hour": hour, "counts": counts})
    connection.execute(delete(drift_hour).where(drift_hour.c.hour < to_ms(moment - KEPT)))
    following.advance(connection, NAME, stretch)


def guard(connection: Connection) -> str | None:
    """Return how careful the bot is, as JSON; None before anything was judged."""
    query = select(drift_guard.c.state).where(drift_guard.c.name == NAME)
    return connection.execute(query).scalar()


def put_guard(connection: Connection, state: str, now: datetime) -> None:
    """Keep how careful the bot is."""
    connection.execute(text(_GUARD), {"name": NAME, "at": to_ms(now), "state": state})


def tell(connection: Connection, what: str, because: str, now: datetime) -> None:
    """Note that the bot has become more careful or relaxed, and let every process know."""
    audit_log.note(connection, NAME, what, now, detail={"because": because} if because else {})
    events.emit(connection, NAME, None, {"change": what})


_HOUR = """
INSERT INTO drift_hour (features, hour, counts) VALUES (:features, :hour, :counts)
ON CONFLICT (features, hour) DO UPDATE SET counts = excluded.counts
"""
_GUARD = """
INSERT INTO drift_guard (name, at, state) VALUES (:name, :at, :state)
ON CONFLICT (name) DO UPDATE SET at = excluded.at, state = excluded.state
"""
