"""Which way a reply goes is decided once, whoever asks and however often."""

import asyncio
from datetime import timedelta

import pytest

from triagebot.domain.conversation import Status
from triagebot.domain.window import MESSAGE_COUNT
from triagebot.store import conversations, outbound, reply_ways, windows
from triagebot.store.database import Database
from triagebot.store.outbound_rows import State

CHANNEL = "wechat:main"
URLS = ["migrated_sqlite_url", "migrated_postgres_url"]
both_engines = pytest.mark.parametrize("any_url", URLS, indirect=True)


@pytest.fixture
def any_url(request):
    """SQLite, where nothing depends on the engine."""
    return request.getfixturevalue(getattr(request, "param", URLS[0]))


@pytest.fixture
async def outcome(record, inbound):
    """A message that the bot has answered."""
    (outcome,) = await record(inbound("什么时候发货"))
    return outcome


async def texts(database, outcome):
    return await database.read(outbound.thread, outcome.conversation_id)


@both_engines
async def test_a_late_reply_is_queued_once_with_all_its_words(outcome, any_database, clock):
    for _ in range(3):
        assert await any_database.write(reply_ways.send_late, outcome.message_id, clock())
    (row,) = await texts(any_database, outcome)
    assert (row.agent_id, row.state, row.message_id) == (None, State.QUEUED, outcome.message_id)
    assert row.reply == outcome.reply
    assert not await any_database.write(reply_ways.claim_passive, outcome.message_id)


async def test_what_a_redelivery_carries_is_not_sent_again(outcome, any_database, clock):
    assert await any_database.write(reply_ways.claim_passive, outcome.message_id)
    assert await any_database.write(reply_ways.claim_passive, outcome.message_id)
    assert not await any_database.write(reply_ways.send_late, outcome.message_id, clock())
    assert await texts(any_database, outcome) == []


@both_engines
async def test_two_nodes_at_once_decide_the_same_once(
    record, inbound, any_database, any_url, clock
):
    outcomes = await record(*(inbound("什么时候发货", fan=f"fan-{n}") for n in range(12)))
    other = Database(any_url, clock=clock, lock_seconds=60)
    await other.start()
    asked = [
        asyncio.gather(
            any_database.write(reply_ways.send_late, outcome.message_id, clock()),
            other.write(reply_ways.claim_passive, outcome.message_id),
        )
        for outcome in outcomes
    ]
    answers = await asyncio.gather(*asked)
    await other.close()
    assert all(late != passive for late, passive in answers)
    for outcome, (late, _) in zip(outcomes, answers, strict=True):
        assert len(await texts(any_database, outcome)) == late


@both_engines
async def test_a_held_reply_goes_late_when_no_redelivery_came(outcome, any_database, clock):
    due = clock() + timedelta(seconds=20)
    await any_database.write(reply_ways.hold, outcome.message_id, due)
    assert await any_database.write(reply_ways.send_overdue, clock()) == 0
    assert await any_database.write(reply_ways.send_overdue, due) == 1
    assert await any_database.write(reply_ways.send_overdue, due) == 0
    assert len(await texts(any_database, outcome)) == 1


async def test_a_held_reply_is_a_redeliverys_if_it_comes(outcome, any_database, clock):
    await any_database.write(reply_ways.hold, outcome.message_id, clock())
    assert await any_database.write(reply_ways.claim_passive, outcome.message_id)
    assert await any_database.write(reply_ways.send_overdue, clock()) == 0
    assert await texts(any_database, outcome) == []


async def test_the_bot_does_not_talk_over_a_person(outcome, any_database, people, clock):
    await any_database.write(conversations.take, outcome.conversation_id, people[0].id, clock())
    await any_database.write(reply_ways.send_late, outcome.message_id, clock())
    (row,) = await texts(any_database, outcome)
    assert (row.state, row.error) == (State.FAILED, "a person has the conversation")


@pytest.mark.parametrize("state", [State.FAILED, State.UNCERTAIN])
async def test_a_late_reply_that_did_not_arrive_calls_a_person(outcome, any_database, clock, state):
    await any_database.write(reply_ways.send_late, outcome.message_id, clock())
    (row,) = await any_database.write(outbound.claim, CHANNEL, clock())
    before = await any_database.read(conversations.get, outcome.conversation_id)
    await any_database.write(outbound.finish, row.id, state, "45015")
    after = await any_database.read(conversations.get, outcome.conversation_id)
    assert (before.status, before.reason) == (Status.PENDING, "certified")
    assert (after.status, after.reason) == (Status.OPEN, "undelivered")
    assert after.waiting_since is not None


@both_engines
async def test_a_held_text_goes_out_when_the_fan_writes_again(
    outcome, any_database, record, inbound, clock
):
    await any_database.write(reply_ways.send_late, outcome.message_id, clock())
    (row,) = await any_database.write(outbound.claim, CHANNEL, clock())
    await any_database.write(outbound.hold, row.id, "45047")
    assert await any_database.write(outbound.claim, CHANNEL, clock()) == []
    clock.forward(minutes=1)
    await record(inbound("在吗"))
    assert [item.id for item in await any_database.write(outbound.claim, CHANNEL, clock())] == [
        row.id
    ]


async def test_a_held_text_fails_when_the_window_closes(outcome, any_database, clock):
    await any_database.write(reply_ways.send_late, outcome.message_id, clock())
    (row,) = await any_database.write(outbound.claim, CHANNEL, clock())
    await any_database.write(outbound.hold, row.id, "45047")
    assert await any_database.write(outbound.expire, clock()) == []
    (failed,) = await any_database.write(outbound.expire, clock.forward(hours=48))
    assert (failed.state, failed.error) == (State.FAILED, "45047")


@both_engines
async def test_messages_left_are_those_of_the_newest_window(
    outcome, any_database, record, inbound, clock
):
    async def left():
        row = await any_database.read(conversations.get, outcome.conversation_id)
        return row.messages_left

    assert await left() == MESSAGE_COUNT
    await any_database.write(windows.spend, CHANNEL, "fan-1")
    assert await left() == MESSAGE_COUNT - 1
    await any_database.write(windows.close, CHANNEL, "fan-1")
    assert await left() == 0
    clock.forward(seconds=1)
    await record(inbound("在吗"))
    assert await left() == MESSAGE_COUNT
    (elsewhere,) = await record(inbound("在吗", channel="webchat"))
    row = await any_database.read(conversations.get, elsewhere.conversation_id)
    assert row.messages_left is None
