"""Background work runs on one node; when that node goes, another takes it over."""

import asyncio
from datetime import timedelta

import pytest

from triagebot.nodes.duty import Duty
from triagebot.store import leases
from triagebot.store.database import Database


class Work:
    """Notes that it runs."""

    def __init__(self):
        self.running = False
        self.starts = 0
        self._changed = asyncio.Event()

    async def start(self):
        self.running = True
        self.starts += 1
        self._changed.set()

    async def close(self):
        self.running = False
        self._changed.set()

    async def until(self, running):
        async with asyncio.timeout(60):
            while self.running is not running:
                self._changed.clear()
                await self._changed.wait()


@pytest.fixture
async def nodes(any_url, clock):
    """Two nodes on one store; SQLite has one process, so there they share its database."""
    shared = Database(any_url, clock=clock)
    await shared.start()
    yield [
        (Duty(shared, clock, [work], ttl=timedelta(seconds=4), renew_seconds=0.1), work)
        for work in (Work(), Work())
    ]
    await shared.close()


async def test_it_runs_on_the_first_and_moves_when_that_closes(nodes):
    (first, one), (second, two) = nodes
    await first.start()
    await one.until(running=True)
    await second.start()
    assert (one.running, two.running) == (True, False)
    await first.close()
    assert not one.running
    await two.until(running=True)
    await second.close()
    assert two.starts == 1


async def test_a_node_that_lost_its_lease_stops(nodes, clock):
    (first, one), _ = nodes
    await first.start()
    await one.until(running=True)

    def steal(connection):
        connection.exec_driver_sql("UPDATE lease SET until = 0")
        return leases.hold(connection, "background", "thief", clock(), timedelta(hours=1))

    await first._db.write(steal)
    await one.until(running=False)
    await first.close()


async def test_a_node_cut_off_stops_before_its_lease_runs_out(nodes):
    (first, one), _ = nodes
    await first.start()
    await one.until(running=True)
    store = first._db
    first._db = _Away()
    await one.until(running=False)
    first._db = store
    await one.until(running=True)
    assert one.starts >= 2
    await first.close()


class _Away:
    async def write(self, *_args):
        await asyncio.Event().wait()
