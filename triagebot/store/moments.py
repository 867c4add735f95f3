"""Where a moment lies among the messages, found by their ids: no index on time is kept for it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, func, select

from triagebot.store.tables import message
from triagebot.store.times import to_ms

SLACK = 10_000
"""On PostgreSQL a lower id may be committed after a higher one; so far back is safe."""


def first_since(connection: Connection, since: datetime) -> int:
    """Return an id at or a little before the first message received since then."""
    wanted = to_ms(since)
    low, high = 0, connection.execute(select(func.max(message.c.id))).scalar() or 0
    while low < high:
        middle = (low + high) // 2
        query = select(message.c.id, message.c.received_at).where(message.c.id > middle)
        row = connection.execute(query.order_by(message.c.id).limit(1)).first()
        if row is None or row.received_at >= wanted:
            high = middle
        else:
            low = row.id
    return max(0, low - SLACK)
