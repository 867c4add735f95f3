import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import text

from triagebot.domain.conversation import Status
from triagebot.errors import Conflict, NotFound
from triagebot.store import conversations, events, outbound, reply_ways
from triagebot.store.database import Database
from triagebot.store.outbound_rows import State

CHANNEL = "wechat:main"


@pytest.fixture
async def ids(record, inbound):
    """Three waiting conversations."""
    outcomes = await record(*(inbound("投诉", fan=f"fan-{n}") for n in range(3)))
    return [outcome.conversation_id for outcome in outcomes]


@pytest.fixture
def add(any_database, clock, people):
    async def run(conversation_id, text="您好", client_id="c1", agent=people[0]):
        return await any_database.write(
            outbound.add, conversation_id, agent.id, text, client_id, clock()
        )

    return run


@pytest.fixture
def claim(any_database, clock):
    async def run(database=any_database):
        return await database.write(outbound.claim, CHANNEL, clock())

    return run


async def test_a_text_takes_the_conversation_and_ends_the_wait(ids, add, any_database, people):
    row = await add(ids[0])
    assert (row.state, row.agent_name, row.fan, row.attempts) == (State.QUEUED, "小林", "fan-0", 0)
    now = await any_database.read(conversations.get, ids[0])
    assert (now.status, now.agent_id, now.unread) == (Status.OPEN, people[0].id, 0)
    assert (now.waiting_since, now.last_text) == (None, "您好")


async def test_the_same_client_id_is_one_text(ids, add, any_database):
    rows = await asyncio.gather(*(add(ids[0]) for _ in range(20)))
    assert len({row.id for row in rows}) == 1
    assert len(await any_database.read(outbound.thread, ids[0])) == 1
    assert (await add(ids[1])).id != rows[0].id


async def test_only_who_has_the_conversation_may_write(ids, add, people, any_database):
    await add(ids[0])
    with pytest.raises(Conflict, match="小林 has this"):
        await add(ids[0], client_id="c2", agent=people[1])
    with pytest.raises(NotFound):
        await add(404)
    assert len(await any_database.read(outbound.thread, ids[0])) == 1


async def test_texts_of_one_fan_go_one_after_the_other(ids, add, claim, any_database):
    for number in range(3):
        await add(ids[0], str(number), f"c{number}")
    await add(ids[1], "x")
    first = await claim()
    assert [(row.text, row.state, row.attempts) for row in first] == [
        ("0", State.SENDING, 1),
        ("x", State.SENDING, 1),
    ]
    assert await claim() == []
    await any_database.write(outbound.finish, first[0].id, State.DELIVERED)
    assert [row.text for row in await claim()] == ["1"]


async def test_two_nodes_never_claim_the_same_text(ids, add, claim, any_database, any_url, clock):
    for conversation_id in ids:
        await add(conversation_id)
    other = Database(any_url, clock=clock, lock_seconds=60)
    await other.start()
    claims = await asyncio.gather(*(claim(node) for node in [any_database, other] * 5))
    await other.close()
    claimed = [row.id for rows in claims for row in rows]
    assert len(claimed) == len(set(claimed)) == 3


async def test_other_channels_and_later_texts_are_left_alone(ids, add, claim, any_database, clock):
    (row,) = [await add(ids[0])]
    assert await any_database.write(outbound.claim, "webchat", clock()) == []
    await claim()
    later = clock() + timedelta(seconds=30)
    again = await any_database.write(outbound.retry, row.id, later, "45009")
    assert (again.state, again.error) == (State.QUEUED, "45009")
    assert await claim() == []
    clock.forward(seconds=31)
    assert [(item.id, item.attempts) for item in await claim()] == [(row.id, 2)]


@pytest.mark.parametrize("state", [State.DELIVERED, State.FAILED, State.UNCERTAIN])
async def test_a_text_ends_once(ids, add, claim, any_database, state):
    row = await add(ids[0])
    with pytest.raises(Conflict, match="queued already"):
        await any_database.write(outbound.finish, row.id, state)
    await claim()
    ended = await any_database.write(outbound.finish, row.id, state, "why")
    assert (ended.state, ended.error) == (state, "why")
    with pytest.raises(Conflict, match=f"{state} already"):
        await any_database.write(outbound.finish, row.id, State.DELIVERED)


async def test_what_a_dead_sender_left_is_uncertain_and_only_a_person_resends_it(
    ids, add, claim, any_database, clock
):
    row = await add(ids[0])
    await claim()
    assert await any_database.write(outbound.interrupted, clock()) == []
    clock.forward(seconds=10)
    (lost,) = await any_database.write(outbound.interrupted, clock())
    assert (lost.id, lost.state) == (row.id, State.UNCERTAIN)
    assert await claim() == []
    await any_database.write(outbound.resend, row.id, clock())
    assert [item.id for item in await claim()] == [row.id]


async def test_each_step_is_told(ids, add, claim, any_database):
    cursor = await any_database.read(events.newest)
    row = await add(ids[0])
    await claim()
    await any_database.write(outbound.finish, row.id, State.DELIVERED)
    rows = await any_database.read(events.read_after, cursor)
    states = [item.payload["state"] for item in rows if item.kind == "message"]
    assert states == ["queued", "sending", "delivered"]


def searched(connection, *work):
    """Return how SQLite finds what the work asks of outbound texts."""
    driver, asked = connection.connection.dbapi_connection, []
    driver.set_trace_callback(asked.append)
    for each in work:
        each()
    driver.set_trace_callback(None)
    plans = [driver.execute(f"EXPLAIN QUERY PLAN {sql}") for sql in asked if "outbound" in sql]
    return [row[3] for plan in plans for row in plan]


def reads_all(steps):
    texts = [step for step in steps if step.startswith("SCAN outbound") and "unsent" not in step]
    return texts + [step for step in steps if "channel=?" in step]


async def test_what_runs_each_second_reads_neither_all_texts_nor_all_fans(database, clock):
    plain = text(
        "SELECT outbound.id FROM outbound JOIN conversation ON conversation.id = conversation_id "
        "WHERE channel = 'a' AND state = 'queued'"
    )

    def look(connection):
        ours = (
            lambda: outbound.claim(connection, CHANNEL, clock()),
            lambda: reply_ways.tidy(connection, clock(), clock()),
        )
        return searched(connection, *ours), searched(connection, lambda: connection.execute(plain))

    ours, planted = await database.write(look)
    assert any("ix_outbound_unsent" in step for step in ours)
    assert not reads_all(ours)
    assert reads_all(planted)
