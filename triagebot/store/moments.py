"""Where a moment lies among rows, found by their ids: no index on time is kept for it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, Connection, func, select

from triagebot.store.tables import message
from triagebot.store.times import to_ms

SLACK = 10_000
"""On PostgreSQL a lower id may be committed after a higher one; so far back is safe."""


def first_since(
    connection: Connection, since: datetime, at: ColumnElement[int] = message.c.received_at
) -> int:
    """Return an id at or a little before the first row whose time `at` is since then.

    `at` is the column of a table whose ids grow with that time.
    """
    number: ColumnElement[int] = at.table.c.id
    wanted = to_ms(since)
    low, high = 0, connection.execute(select(func.max(number))).scalar() or 0
    while low < high:
        middle = (low + high) // 2
        query = select(number, at).where(number > middle).order_by(number).limit(1)
        row = connection.execute(query).first()
        if row is None or row[1] >= wanted:
            high = middle
        else:
            low = row[0]
    return max(0, low - SLACK)
