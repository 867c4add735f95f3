import asyncio

from triagebot.store import events
from triagebot.store.database import Database


async def emit(database, number):
    await database.write(events.emit, "message", number, {"n": str(number)})


async def test_events_are_read_in_order_from_a_cursor(any_database):
    for number in range(1, 6):
        await emit(any_database, number)
    rows = await any_database.read(events.read_after, 0, 3)
    assert [(row.kind, row.conversation_id, row.payload) for row in rows] == [
        ("message", n, {"n": str(n)}) for n in (1, 2, 3)
    ]
    rest = await any_database.read(events.read_after, rows[-1].id)
    assert [row.conversation_id for row in rest] == [4, 5]
    assert await any_database.read(events.newest) == rest[-1].id


async def test_a_follower_misses_nothing_that_two_nodes_emit(any_database, any_url, clock):
    other = Database(any_url, clock=clock, lock_seconds=60)
    await other.start()
    done = asyncio.Event()
    seen = []

    async def follow():
        cursor = 0
        while True:
            last = done.is_set()
            rows = await any_database.read(events.read_after, cursor)
            seen.extend(row.conversation_id for row in rows)
            cursor = rows[-1].id if rows else cursor
            if last and not rows:
                return

    async def feed(node, numbers):
        for number in numbers:
            await emit(node, number)

    follower = asyncio.create_task(follow())
    await asyncio.gather(feed(any_database, range(60)), feed(other, range(60, 120)))
    done.set()
    await follower
    await other.close()
    assert sorted(seen) == list(range(120))


async def test_pruning_keeps_the_newest_and_tells_who_fell_behind(any_database):
    for number in range(10):
        await emit(any_database, number)
    last = await any_database.read(events.newest)
    assert await any_database.write(events.prune, 4) == 6
    rows = await any_database.read(events.read_after, 0)
    assert [row.conversation_id for row in rows] == [6, 7, 8, 9]
    assert await any_database.read(events.is_lost, last - 5)
    assert not await any_database.read(events.is_lost, last - 4)
    await emit(any_database, 10)
    assert await any_database.read(events.newest) == last + 1
