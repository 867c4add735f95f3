"""Who has the desk open, on whichever node; each node tells of its own people."""

from __future__ import annotations

from collections.abc import Set
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, select

from triagebot.store import bulk
from triagebot.store.tables import presence
from triagebot.store.times import to_ms

FRESH = timedelta(seconds=45)
"""A node that has told nothing for so long has stopped; its people are not there."""


def tell(connection: Connection, node: str, here: Set[int], now: datetime) -> None:
    """Say who is at the desk on a node, all others there are not."""
    old = (presence.c.node == node) | (presence.c.seen_at <= to_ms(now - FRESH))
    connection.execute(delete(presence).where(old))
    rows = [(agent_id, node, to_ms(now)) for agent_id in sorted(here)]
    bulk.insert(connection, presence, ("agent_id", "node", "seen_at"), rows)


def here(connection: Connection, now: datetime) -> set[int]:
    """Return the ids of all agents who have the desk open."""
    query = select(presence.c.agent_id).where(presence.c.seen_at > to_ms(now - FRESH))
    return set(connection.execute(query).scalars())
