"""Fans' messages counted by hour, so that a report over a year reads thousands of rows.

The counting follows behind the messages, as the search index does; what is erased later stays
counted, because a count names nobody.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import takewhile

from sqlalchemy import Connection, func, select, text

from triagebot.store import bulk
from triagebot.store.tables import hit_count, hour_count
from triagebot.store.times import from_ms, to_ms

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
SETTLED = timedelta(seconds=60)
"""On PostgreSQL a lower id may be committed after a higher one, but never so much later."""


@dataclass(frozen=True, slots=True)
class HourCount:
    """`count` messages that began in one hour and were treated alike; `hour` is its start."""

    hour: datetime
    channel: str
    intent: str
    action: str
    reason: str
    count: int


def count_new(connection: Connection, now: datetime, limit: int = 2000) -> int:
    """Count up to `limit` messages that are not yet; return how many, 0 when all are."""
    after = connection.execute(text(_PROGRESS)).scalar() or 0
    span = connection.execute(text(_NEXT), {"after": after, "limit": limit}).all()
    if not bulk.is_sqlite(connection):
        settled = to_ms(now - SETTLED)
        span = list(takewhile(lambda row: row.received_at < settled, span))
    if span:
        last = span[-1].id
        connection.execute(text(_COUNT), {"after": after, "last": last})
        connection.execute(text(_COUNT_HITS), {"after": after, "last": last})
        connection.execute(text(_SET_PROGRESS), {"last": last})
    return len(span)


def between(
    connection: Connection, since: datetime, until: datetime, channel: str | None = None
) -> Sequence[HourCount]:
    """Return the counts of the hours that start in [since, until), oldest first."""
    table = hour_count.c
    query = select(hour_count).where(table.hour >= to_ms(since), table.hour < to_ms(until))
    if channel:
        query = query.where(table.channel == channel)
    rows = connection.execute(query.order_by(table.hour))
    return [
        HourCount(from_ms(row.hour), row.channel, row.intent, row.action, row.reason, row.n)
        for row in rows
    ]


def hits(connection: Connection, kind: str, since: datetime) -> dict[str, int]:
    """Return how often each answer or rule was used since the UTC day of a moment."""
    day = to_ms(since) // DAY_MS * DAY_MS
    query = select(hit_count.c.name, func.sum(hit_count.c.n)).group_by(hit_count.c.name)
    query = query.where(hit_count.c.kind == kind, hit_count.c.day >= day)
    return {name: int(n) for name, n in connection.execute(query)}


def channels(connection: Connection) -> list[str]:
    """Return the channels that ever brought a message, in order of name."""
    query = select(hour_count.c.channel).distinct().order_by(hour_count.c.channel)
    return list(connection.execute(query).scalars())


_PROGRESS = "SELECT value FROM progress WHERE name = 'hours'"
_NEXT = "SELECT id, received_at FROM message WHERE id > :after ORDER BY id LIMIT :limit"
_COUNT = f"""
INSERT INTO hour_count (hour, channel, intent, action, reason, n)
SELECT received_at - received_at % {HOUR_MS}, channel, coalesce(intent, ''), action, reason,
  count(*)
FROM message WHERE id > :after AND id <= :last AND event IS NULL
GROUP BY 1, 2, 3, 4, 5
ON CONFLICT (hour, channel, intent, action, reason)
DO UPDATE SET n = hour_count.n + excluded.n
"""  # noqa: S608 the only value is a number of ours
_COUNT_HITS = f"""
INSERT INTO hit_count (day, kind, name, n)
SELECT day, kind, name, count(*) FROM (
  SELECT received_at - received_at % {DAY_MS} AS day, 'rule' AS kind, rule AS name
  FROM message WHERE id > :after AND id <= :last AND rule IS NOT NULL
  UNION ALL
  SELECT received_at - received_at % {DAY_MS}, 'answer', answer
  FROM message WHERE id > :after AND id <= :last AND action = 'answer' AND answer IS NOT NULL
) AS hit GROUP BY day, kind, name
ON CONFLICT (day, kind, name) DO UPDATE SET n = hit_count.n + excluded.n
"""  # noqa: S608 the only value is a number of ours
_SET_PROGRESS = """
INSERT INTO progress (name, value) VALUES ('hours', :last)
ON CONFLICT (name) DO UPDATE SET value = excluded.value WHERE progress.value < excluded.value
"""
