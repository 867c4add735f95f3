import asyncio

import pytest
from sqlalchemy import true

from triagebot.domain.conversation import Memory, Status
from triagebot.errors import Conflict, NotFound
from triagebot.store import audit_log, conversations, events
from triagebot.store.conversation_changes import AGENT, Change
from triagebot.store.database import Database

CHANGES = ("take", "release", "resolve", "reopen", "hand_back")


@pytest.fixture
async def waiting_id(record, inbound):
    (outcome,) = await record(inbound("投诉"))
    return outcome.conversation_id


@pytest.fixture
def change(any_database, clock):
    async def run(name, conversation_id, agent, fence=None, database=any_database):
        function = getattr(conversations, name)
        return await database.write(function, conversation_id, agent.id, clock(), fence)

    return run


@pytest.fixture
async def two_nodes(any_database, any_url, clock):
    other = Database(any_url, clock=clock, lock_seconds=60)
    await other.start()
    yield [any_database, other]
    await other.close()


async def check_one_winner(nodes, conversation_id, people, change, fence):
    """Of 50 takers at the same time, one agent wins and the others hear who."""
    takers = [
        change("take", conversation_id, people[n % 3], fence, nodes[n % 2]) for n in range(50)
    ]
    results = await asyncio.gather(*takers, return_exceptions=True)
    row = await nodes[0].read(conversations.get, conversation_id)
    won = [item for item in results if not isinstance(item, BaseException)]
    lost = [item for item in results if isinstance(item, Conflict)]
    assert len(won) + len(lost) == 50
    assert {item.agent_name for item in won} == {row.agent_name}
    assert {item.fields["holder"] for item in lost} == {row.agent_name}
    log = await nodes[0].read(audit_log.newest)
    assert [entry.what for entry in log] == ["take"]


@pytest.mark.parametrize("fence", [1, None])
async def test_exactly_one_of_fifty_takers_wins(two_nodes, waiting_id, people, change, fence):
    await check_one_winner(two_nodes, waiting_id, people, change, fence)


async def test_without_the_check_of_the_holder_there_are_several_winners(
    two_nodes, waiting_id, people, change, monkeypatch
):
    values = {"status": Status.OPEN, "agent_id": AGENT}
    monkeypatch.setattr(conversations, "_TAKE", Change("take", true(), values))
    with pytest.raises(AssertionError):
        await check_one_winner(two_nodes, waiting_id, people, change, None)


async def test_take_refuses_a_conversation_someone_else_has(waiting_id, people, change):
    await change("take", waiting_id, people[0])
    with pytest.raises(Conflict, match="小林 has this") as refusal:
        await change("take", waiting_id, people[1])
    assert refusal.value.fields == {"holder": "小林"}


@pytest.mark.parametrize("name", CHANGES)
async def test_nobody_changes_what_someone_else_has(name, waiting_id, people, change):
    await change("take", waiting_id, people[0])
    with pytest.raises(Conflict):
        await change(name, waiting_id, people[1])


@pytest.mark.parametrize("name", ["release", "resolve", "hand_back"])
async def test_a_stale_fence_changes_nothing(name, waiting_id, people, change, any_database):
    old = await change("take", waiting_id, people[0])
    await change("release", waiting_id, people[0])
    new = await change("take", waiting_id, people[0])
    assert new.fence == old.fence + 2
    with pytest.raises(Conflict, match="has changed"):
        await change(name, waiting_id, people[0], old.fence)
    assert await any_database.read(conversations.get, waiting_id) == new


@pytest.mark.parametrize("name", CHANGES)
async def test_what_does_not_exist_is_not_found(name, people, change):
    with pytest.raises(NotFound):
        await change(name, 404, people[0])


async def test_a_conversation_goes_through_its_life(waiting_id, people, change, clock):
    agent = people[0]
    row = await change("take", waiting_id, agent)
    assert (row.status, row.agent_name, row.waiting_since) == (Status.OPEN, "小林", clock())
    assert await change("take", waiting_id, agent, row.fence - 1) == row
    row = await change("release", waiting_id, agent, row.fence)
    assert (row.status, row.agent_id, row.waiting_since) == (Status.OPEN, None, clock())
    row = await change("resolve", waiting_id, agent, row.fence)
    assert (row.status, row.agent_id, row.unread) == (Status.RESOLVED, None, 0)
    assert (row.opened_at, row.waiting_since) == (None, None)
    row = await change("reopen", waiting_id, agent, row.fence)
    assert (row.status, row.agent_name) == (Status.OPEN, "小林")
    row = await change("hand_back", waiting_id, agent, row.fence)
    assert (row.status, row.agent_id, row.memory) == (Status.PENDING, None, Memory())


async def test_an_agent_may_take_a_conversation_from_the_bot(
    record, inbound, people, change, clock
):
    (outcome,) = await record(inbound())
    row = await change("take", outcome.conversation_id, people[1])
    assert (row.status, row.agent_name, row.opened_at) == (Status.OPEN, "小周", clock())
    with pytest.raises(Conflict):
        await change("reopen", outcome.conversation_id, people[1])


async def test_each_change_is_told_and_kept(waiting_id, people, change, any_database, clock):
    cursor = await any_database.read(events.newest)
    for name in ("take", "resolve", "reopen", "release"):
        await change(name, waiting_id, people[2])
    rows = await any_database.read(events.read_after, cursor)
    told = [row.payload["change"] for row in rows]
    kept = await any_database.read(audit_log.newest)
    assert told == ["take", "resolve", "reopen", "release"]
    assert [row.what for row in reversed(kept)] == told
    assert {(row.who, row.at) for row in kept} == {(f"agent:{people[2].id}", clock())}
