import asyncio
from datetime import timedelta

import msgspec
import pytest
from msgspec.structs import replace
from sqlalchemy import func, select

from triagebot.domain.conversation import Status
from triagebot.domain.decision import Action, Decision, Reason
from triagebot.domain.message import Event, Kind, Reply
from triagebot.errors import NotFound
from triagebot.store import bulk, conversations, events, messages, recording, waiting
from triagebot.store.database import Database
from triagebot.store.messages import Conclusion
from triagebot.store.tables import message


def count(connection):
    return connection.execute(select(func.count()).select_from(message)).scalar()


def as_bytes(outcomes):
    return {msgspec.json.encode((item.message_id, item.decision, item.reply)) for item in outcomes}


async def check_once_only(databases, record, item):
    """50 deliveries of one message, at the same time and by all databases, are one message."""
    tries = [record(item, database=databases[n % len(databases)]) for n in range(50)]
    outcomes = [outcome for (outcome,) in await asyncio.gather(*tries)]
    assert await databases[0].read(count) == 1
    assert len(as_bytes(outcomes)) == 1
    assert sorted(outcome.duplicate for outcome in outcomes) == [False] + [True] * 49


@pytest.fixture
async def two_nodes(any_database, any_url, clock):
    other = Database(any_url, clock=clock, lock_seconds=60)
    await other.start()
    yield [any_database, other]
    await other.close()


async def test_fifty_deliveries_at_once_are_one_message(two_nodes, record, inbound):
    await check_once_only(two_nodes, record, inbound())


async def test_without_the_lookup_the_check_of_once_only_fails(
    two_nodes, record, inbound, monkeypatch
):
    monkeypatch.setattr(recording, "_stored", lambda connection, identities: {})
    with pytest.raises(Exception):  # noqa: B017, PT011
        await check_once_only(two_nodes, record, inbound())


async def test_a_delivery_twice_in_one_batch_is_one_message(record, inbound, any_database):
    item = inbound()
    first, other, second = await record(item, inbound(), item)
    assert as_bytes([first]) == as_bytes([second])
    assert [item.duplicate for item in (first, other, second)] == [False, False, True]
    assert await any_database.read(count) == 2


async def test_a_redelivery_gets_the_stored_reply_whatever_would_be_said_now(record, inbound):
    item = inbound()
    (first,) = await record(item)

    def other(*_):
        raise AssertionError

    (again,) = await record(item, concluding=other)
    assert again.duplicate
    assert as_bytes([again]) == as_bytes([first])


async def test_the_same_key_of_another_fan_or_channel_is_another_message(
    record, inbound, any_database
):
    item = inbound(key="1")
    outcomes = await record(item, inbound(key="1", fan="fan-2"), inbound(key="1", channel="web"))
    assert [outcome.duplicate for outcome in outcomes] == [False] * 3
    assert len({outcome.conversation_id for outcome in outcomes}) == 3


async def test_each_message_sees_the_memory_the_one_before_left(record, inbound):
    seen = []

    def listening(item, memory, thought, place):
        seen.append((item.fan, memory.misses))
        silent = Decision(Action.SILENT, Reason.CHITCHAT)
        return Conclusion(silent, Reply(), replace(memory, misses=memory.misses + 1))

    await record(inbound(), inbound(fan="b"), inbound(), concluding=listening)
    await record(inbound(fan="b"), inbound(), concluding=listening)
    assert seen == [("fan-1", 0), ("b", 0), ("fan-1", 1), ("b", 1), ("fan-1", 2)]


async def test_all_that_was_decided_can_be_read_again(record, inbound, any_database, clock):
    detail = {"MsgId": "42", "Recognition": "发货"}
    item = inbound("在吗 😀", kind=Kind.VOICE, detail=detail)
    (outcome,) = await record(item)
    row = await any_database.read(messages.get, outcome.message_id)
    assert (row.text, row.kind, row.detail, row.sent_at) == (item.text, item.kind, detail, clock())
    assert (row.decision, row.reply) == (outcome.decision, outcome.reply)
    assert row.event is None


async def test_what_no_database_keeps_is_replaced_and_harms_nobody(record, inbound, any_database):
    bad = inbound("a\x00b\ud800", fan="x\x00", key="k" * 5000, detail={"n\x00": "\udfff"})
    outcomes = await record(inbound(), bad, inbound(), bad)
    assert [outcome.duplicate for outcome in outcomes] == [False, False, False, True]
    row = await any_database.read(messages.get, outcomes[1].message_id)
    assert (row.text, row.detail) == ("a\ufffdb\ufffd", {"n\ufffd": "\ufffd"})


async def test_a_hand_off_opens_the_conversation_and_tells_the_place(
    record, inbound, any_database, clock
):
    await record(inbound("投诉", fan="early"))
    clock.forward(minutes=1)
    first, _, second = await record(
        inbound("我要投诉", fan="a"), inbound(fan="c"), inbound("投诉", fan="b")
    )
    assert [first.reply.text, second.reply.text] == ["您前面还有1位", "您前面还有2位"]
    row = await any_database.read(conversations.get, second.conversation_id)
    assert (row.status, row.unread, row.reason, row.fence) == (Status.OPEN, 1, "complaint", 1)
    assert row.opened_at == row.waiting_since == row.last_at == clock()
    assert row.window_until == clock() + timedelta(hours=48)
    assert await any_database.read(waiting.place, second.conversation_id) == 3


async def test_the_reason_of_the_hand_off_stays_while_the_fan_writes_on(
    record, inbound, any_database, clock
):
    (first,) = await record(inbound("投诉"))
    clock.forward(minutes=5)
    await record(inbound("人呢"), inbound("", kind=Kind.IMAGE))
    row = await any_database.read(conversations.get, first.conversation_id)
    assert (row.reason, row.intent, row.unread) == ("complaint", "complaint", 3)
    assert (row.last_text, row.last_at) == ("[image]", clock())
    assert row.waiting_since == clock() - timedelta(minutes=5)


async def test_an_event_without_words_moves_nothing_in_the_lists(
    record, inbound, any_database, clock
):
    (first,) = await record(inbound("投诉"))
    before = await any_database.read(conversations.get, first.conversation_id)
    clock.forward(minutes=5)
    await record(inbound("", kind=Kind.EVENT, event=Event.UNFOLLOW))
    after = await any_database.read(conversations.get, first.conversation_id)
    assert (after.last_at, after.last_text, after.unread) == (before.last_at, "投诉", 1)


async def test_only_conversations_of_people_emit_events(record, inbound, any_database):
    await record(*(inbound(fan=f"fan-{n}") for n in range(20)))
    assert await any_database.read(events.newest) == 0
    (outcome,) = await record(inbound("投诉"))
    rows = await any_database.read(events.read_after, 0)
    assert [row.kind for row in rows] == ["message", "conversation"]
    assert rows[0].payload == {"message_id": str(outcome.message_id), "from": "fan"}


async def test_a_failing_conclusion_stores_nothing_of_its_batch(record, inbound, any_database):
    def failing(item, *_):
        raise ValueError

    with pytest.raises(ValueError, match="^$"):
        await record(inbound("投诉"), concluding=failing)
    assert await any_database.read(count) == 0
    assert await any_database.read(events.newest) == 0


async def test_a_thread_is_read_from_its_end(record, inbound, any_database):
    outcomes = await record(*(inbound(str(n)) for n in range(6)), inbound("", kind=Kind.IMAGE))
    conversation = outcomes[0].conversation_id
    rows = await any_database.read(messages.thread, conversation, 3)
    assert [row.text for row in rows] == ["4", "5", ""]
    rows = await any_database.read(messages.thread, conversation, 3, rows[0].id)
    assert [row.text for row in rows] == ["1", "2", "3"]
    newest = await any_database.read(messages.newest, conversation)
    assert newest is not None
    assert newest.text == "5"
    with pytest.raises(NotFound):
        await any_database.read(messages.get, 999)
    found = await any_database.read(conversations.find, "wechat:main", "fan-1")
    assert found is not None
    assert found.id == conversation
    assert await any_database.read(conversations.find, "wechat:main", "nobody") is None


async def test_where_many_wait_they_are_counted_once_a_second(any_database, monkeypatch):
    monkeypatch.setattr(waiting, "MANY", 0)

    def places(connection, at):
        first = waiting.count_lately(connection, at)
        waiting.add_opened(connection, 3)
        return [first, *(waiting.count_lately(connection, at + ms) for ms in (999, 1000))]

    assert await any_database.write(places, 1_000_000) == [0, 3, 0]


async def test_what_moves_a_conversation_in_lists_is_set_only_where_it_changes(
    record, inbound, any_database, clock, monkeypatch
):
    set_now = []
    update = bulk.update

    def seen(connection, table, names, rows, by):
        set_now.extend(names if rows else ())
        update(connection, table, names, rows, by)

    def kept(connection):
        query = "SELECT waiting_since, lately, last_at / 3600000 FROM conversation"
        return tuple(connection.exec_driver_sql(query).one())

    async def say(words):
        set_now.clear()
        await record(inbound(words, sent_at=clock()))
        since, lately, wanted = await any_database.read(kept)
        assert lately == wanted
        return since, {"status", "lately"} & set(set_now)

    monkeypatch.setattr(bulk, "update", seen)
    since, moves = await say("投诉")
    assert moves == {"status", "lately"}
    assert await say("在吗") == (since, set())
    clock.forward(hours=1)
    assert await say("还在吗") == (since, {"lately"})
