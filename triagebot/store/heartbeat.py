"""A number that only grows, written to see whether the store still takes writes, and is the same.

After a failover to a stale copy the number has gone back: whoever sees that must not write there.
"""

from __future__ import annotations

from sqlalchemy import Connection, text

from triagebot.errors import Busy

_BEAT = """
INSERT INTO progress (name, value) VALUES ('heartbeat', :seen + 1)
ON CONFLICT (name) DO UPDATE SET value = progress.value + 1 WHERE progress.value >= :seen
RETURNING value
"""


class WentBack(Busy):
    """The store is an older copy of itself; it must not be written until a person has looked."""


def beat(connection: Connection, seen: int) -> int:
    """Count one further than the store has, and return the count.

    Raises `WentBack`, without writing, when it has less than was `seen` there before.
    """
    value = connection.execute(text(_BEAT), {"seen": seen}).scalar()
    if value is None:
        raise WentBack("The store is an older copy of itself.")
    return int(value)
