"""Brings two nodes to a new version, one after the other, under load, while the tables change.

Each round ends one node in order, changes the tables as a migration does, holding its locks for a
while, and starts the node again. The other node goes on with the version that it has: it must get
along with columns that it does not know, and answer from its spool while the tables are locked.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress

import psycopg
from psycopg import sql

from triagebot.errors import Busy
from triagebot.faults.outages import Outages
from triagebot.faults.plan import Load
from triagebot.faults.postgres import PostgresServer
from triagebot.faults.process import START_SECONDS, ServerProcess
from triagebot.faults.tally import Tally
from triagebot.store.schema import MIGRATION_LOCK

TRIES = 5
_WAITS = """
SELECT count(*) FROM pg_locks JOIN pg_database AS here ON here.oid = database
WHERE locktype = 'advisory' AND NOT granted AND datname = current_database()
"""
CHANGED = ("message", "conversation", "outbound")


def run(plan: Load) -> Tally:
    """Upgrade a node in each round; the trouble is that the tables are locked."""
    return _Upgrades(plan, PostgresServer()).run()


class _Upgrades(Outages[PostgresServer]):
    name = "upgrade"
    lengths = (1.0, 8.0)

    async def disturb(self, number: int, length: float) -> None:
        """End a node, change the tables, start it."""
        node = self.nodes[number % len(self.nodes)]
        code = await asyncio.to_thread(node.stop)
        if code:
            self.tally.faults.append(f"a node ended with {code}")
        changing = asyncio.to_thread(_change, self.postgres.plain_url, number, length)
        node_comes = asyncio.to_thread(_start, node)
        lost, took = await asyncio.gather(changing, node_comes)
        self.tally.worst("a node was ready after, s", round(took, 2))
        self.tally.add("changes begun anew", lost)
        self.tally.add("columns added under load", len(CHANGED))


def _start(node: ServerProcess) -> float:
    node.launch()
    return node.wait_until_ready()


def _change(url: str, number: int, length: float) -> int:
    """Add columns as a migration does, and keep the tables while a node waits for so many seconds.

    Returns how often it lost against a node that wanted the same tables, and began anew.
    """
    column = sql.Identifier(f"later_{number}")
    for lost in range(TRIES):
        with suppress(psycopg.errors.DeadlockDetected), psycopg.connect(url) as connection:
            connection.execute("SELECT pg_advisory_xact_lock(%s)", (MIGRATION_LOCK,))
            for table in CHANGED:
                query = sql.SQL("ALTER TABLE {} ADD COLUMN {} bigint NOT NULL DEFAULT 0")
                connection.execute(query.format(sql.Identifier(table), column))
            wait_for_node(connection)
            time.sleep(length)
            return lost
    raise Busy("The tables could not be changed under load.")


def wait_for_node(connection: psycopg.Connection) -> None:
    """Return once a node waits for the migrations that `connection` runs; raises `Busy` if never.

    Before that it only reads its code, which on a busy machine takes longer than any migration.
    """
    ends = time.monotonic() + START_SECONDS
    while time.monotonic() < ends:
        if connection.execute(_WAITS).fetchone() != (0,):
            return
        time.sleep(0.05)
    raise Busy("No node came to its migrations.")
