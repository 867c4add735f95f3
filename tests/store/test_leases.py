"""A lease has one holder, by the database's clock, and its fence says when it changed hands."""

from datetime import timedelta

import pytest

from triagebot.errors import Conflict
from triagebot.store import leases
from triagebot.store.database import Database

TTL = timedelta(seconds=10)


@pytest.fixture
def hold(any_database, clock):
    async def run(holder, ttl=TTL):
        return await any_database.write(leases.hold, "work", holder, clock(), ttl)

    return run


async def test_one_holds_it_and_renews_it_the_other_waits(hold):
    first = await hold("a")
    assert first.fence == 1
    assert await hold("b") is None
    assert await hold("a") == first


async def test_one_that_ran_out_is_anothers_with_the_next_fence(hold, any_database):
    stale = await hold("a", timedelta(0))
    fresh = await hold("b")
    assert fresh.fence == stale.fence + 1
    with pytest.raises(Conflict):
        await any_database.write(leases.check, stale)
    await any_database.write(leases.check, fresh)


async def test_letting_go_frees_it_but_never_for_somebody_else(hold, any_database):
    stale = await hold("a", timedelta(0))
    await hold("b")
    await any_database.write(leases.let_go, stale)
    assert await hold("c") is None
    assert await any_database.read(leases.holder_of, "work") == "b"


async def test_a_node_whose_clock_jumps_takes_nobodys_lease(new_postgres_url, clock):
    nodes = [Database(new_postgres_url, clock=clock) for _ in range(2)]
    for node in nodes:
        await node.start()
    held = await nodes[0].write(leases.hold, "work", "a", clock(), TTL)
    for hours in (1, -2):
        moment = clock() + timedelta(hours=hours)
        assert await nodes[1].write(leases.hold, "work", "b", moment, TTL) is None
        assert await nodes[0].write(leases.hold, "work", "a", moment, TTL) == held
    for node in nodes:
        await node.close()
