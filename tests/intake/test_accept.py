import asyncio
import logging
from contextlib import closing

import msgspec
import pytest

from triagebot.domain.conversation import Status
from triagebot.domain.decision import Action, Reason
from triagebot.domain.message import Event, Kind, Reply
from triagebot.errors import BadInput, Busy
from triagebot.intake.accept import BATCH, Intake
from triagebot.store import conversations, messages
from triagebot.store.database import Database


async def accept_all(intake, items):
    return await asyncio.gather(*(intake.accept(item) for item in items))


async def texts(database, conversation_id):
    rows = await database.read(messages.thread, conversation_id)
    return [row.text for row in rows]


def as_bytes(outcomes):
    return {msgspec.json.encode((item.message_id, item.decision, item.reply)) for item in outcomes}


async def test_fifty_deliveries_at_once_get_one_reply(intake, inbound, any_database):
    item = inbound()
    outcomes = await accept_all(intake, [item] * 50)
    later = [await intake.accept(item) for _ in range(3)]
    assert len(as_bytes(outcomes + later)) == 1
    assert [outcome.duplicate for outcome in outcomes + later].count(False) == 1
    assert await texts(any_database, outcomes[0].conversation_id) == [item.text]


async def test_one_tick_is_one_thought_of_limited_size(intake, inbound, mind):
    items = [inbound(str(number), fan=f"fan-{number}") for number in range(BATCH * 2 + 10)]
    outcomes = await accept_all(intake, items)
    assert [len(batch) for batch in mind.thought] == [BATCH, BATCH, 10]
    assert len({outcome.message_id for outcome in outcomes}) == len(items)


async def test_a_fans_burst_keeps_its_order(intake, inbound, any_database, monkeypatch):
    monkeypatch.setattr("triagebot.intake.accept.BATCH", 40)
    items = [inbound(str(number)) for number in range(165)]
    outcomes = await accept_all(intake, items)
    stored = await texts(any_database, outcomes[0].conversation_id)
    assert stored == [item.text for item in items]


async def test_a_message_is_on_disk_before_its_sender_hears_of_it(sqlite_url, inbound, mind, clock):
    import sqlite3

    database = Database(sqlite_url, clock=clock)
    await database.start()
    intake = Intake(database, mind, clock)
    for number in range(1, 11):
        await intake.accept(inbound())
        with closing(sqlite3.connect(sqlite_url.removeprefix("sqlite:///"))) as other:
            assert other.execute("SELECT count(*) FROM message").fetchone() == (number,)
    await database.close()


@pytest.mark.parametrize(("word", "step"), [("想", "Thinking"), ("决", "Deciding")])
async def test_a_fault_costs_neither_the_message_nor_its_neighbours(
    intake, inbound, any_database, caplog, word, step
):
    items = [inbound(fan=f"fan-{number}") for number in range(5)]
    items.insert(2, inbound(f"秘密{word}", fan="unlucky"))
    with caplog.at_level(logging.ERROR):
        outcomes = await accept_all(intake, items)
    broken = outcomes.pop(2)
    assert (broken.decision.action, broken.decision.reason) == (Action.HUMAN, Reason.FAULT)
    assert broken.reply == Reply("第1位")
    row = await any_database.read(conversations.get, broken.conversation_id)
    assert (row.status, row.last_text) == (Status.OPEN, f"秘密{word}")
    assert {outcome.decision.reason for outcome in outcomes} == {Reason.CERTIFIED}
    assert step in caplog.text
    assert "秘密" not in caplog.text


async def test_what_cannot_be_worded_is_still_stored_for_a_person(intake, inbound, mind):
    mind.say = None
    outcome = await intake.accept(inbound())
    assert (outcome.decision.reason, outcome.reply) == (Reason.FAULT, Reply())


@pytest.fixture
def unstorable(mind, monkeypatch):
    """No database keeps the answers, so that storing the decision on them fails."""
    say = mind.say

    def strange(decision, place):
        return Reply("\ud800") if decision.answer else say(decision, place)

    monkeypatch.setattr(mind, "say", strange)


async def test_a_message_whose_decision_cannot_be_stored_is_kept_for_a_person(
    intake, inbound, unstorable, any_database, caplog
):
    items = [inbound("投诉", fan="lucky"), inbound(fan="unlucky")]
    lucky, kept = await accept_all(intake, items)
    assert lucky.decision.reason is Reason.COMPLAINT
    assert (kept.decision.action, kept.decision.reason) == (Action.HUMAN, Reason.FAULT)
    assert kept.reply == Reply()
    row = await any_database.read(conversations.get, kept.conversation_id)
    assert (row.status, row.last_text) == (Status.OPEN, items[1].text)
    assert as_bytes([await intake.accept(items[1])]) == as_bytes([kept])
    assert items[1].text not in caplog.text


async def test_twin_a_message_that_is_not_set_aside_vanishes(
    intake, inbound, unstorable, any_database, monkeypatch
):
    monkeypatch.setattr("triagebot.intake.accept.set_aside", None)
    item = inbound(fan="unlucky")
    with pytest.raises(TypeError):
        await intake.accept(item)
    assert await any_database.read(conversations.find, item.channel, item.fan) is None


async def test_a_message_that_comes_while_no_mind_can_be_had_waits_for_a_person(
    intake, inbound, monkeypatch
):
    monkeypatch.delattr(intake.thinker._holder.__class__, "mind")
    async with asyncio.timeout(30):
        kept, follow = await accept_all(
            intake, [inbound(), inbound("", kind=Kind.EVENT, event=Event.FOLLOW)]
        )
    assert (kept.decision.action, kept.decision.reason) == (Action.HUMAN, Reason.FAULT)
    assert (follow.decision.action, follow.reply) == (Action.SILENT, Reply())


async def test_a_message_that_cannot_be_stored_takes_no_other_with_it(
    intake, inbound, monkeypatch, any_database
):
    kept = messages.record

    def poisoned(connection, arrivals, *rest):
        if any(item.text == "poison" for item, _ in arrivals):
            raise ValueError("poison")
        return kept(connection, arrivals, *rest)

    monkeypatch.setattr(messages, "record", poisoned)
    items = [inbound("a"), inbound("poison"), inbound("b")]
    results = await asyncio.gather(*map(intake.accept, items), return_exceptions=True)
    assert isinstance(results[1], ValueError)
    assert await texts(any_database, results[0].conversation_id) == ["a", "b"]


async def test_a_locked_store_is_busy_and_the_next_message_is_stored(
    sqlite_url, inbound, mind, clock
):
    import sqlite3

    database = Database(sqlite_url, clock=clock, lock_seconds=0.05)
    await database.start()
    intake = Intake(database, mind, clock)
    items = [inbound(), inbound()]
    with closing(sqlite3.connect(sqlite_url.removeprefix("sqlite:///"))) as other:
        other.execute("BEGIN IMMEDIATE")
        results = await asyncio.gather(*map(intake.accept, items), return_exceptions=True)
    assert all(isinstance(result, Busy) for result in results)
    outcomes = await accept_all(intake, items)
    assert [outcome.duplicate for outcome in outcomes] == [False, False]
    await database.close()


async def test_a_sender_that_hangs_up_loses_nothing(intake, inbound):
    item = inbound()
    sender = asyncio.ensure_future(intake.accept(item))
    await asyncio.sleep(0)
    sender.cancel()
    await intake.close()
    assert (await intake.accept(item)).duplicate


async def test_close_waits_for_what_was_accepted(intake, inbound, any_database):
    item = inbound()
    waiting = asyncio.ensure_future(intake.accept(item))
    await asyncio.sleep(0)
    await intake.close()
    assert not (await waiting).duplicate
    assert await any_database.read(conversations.find, item.channel, item.fan)


async def test_each_account_has_its_own_switches(intake, inbound, mind):
    await intake.accept(inbound())
    await intake.accept(inbound(channel="webchat"))
    assert mind.switches == [("orders",), ()]


async def test_events_and_pictures_are_decided_without_a_thought(intake, inbound, mind):
    follow = inbound("", kind=Kind.EVENT, event=Event.FOLLOW)
    picture = inbound("  ", kind=Kind.IMAGE)
    outcomes = await accept_all(intake, [follow, picture])
    assert [item.decision.action for item in outcomes] == [Action.SILENT, Action.HUMAN]
    assert not any(mind.thought)


async def test_the_bot_is_silent_while_a_person_has_the_conversation(intake, inbound):
    handed_off = await intake.accept(inbound("投诉"))
    assert handed_off.reply == Reply("第1位")
    for text in ("什么时候发货", "决", "想"):
        assert (await intake.accept(inbound(text))).reply == Reply()


@pytest.mark.parametrize("parts", [{"fan": ""}, {"fan": "x" * 201}, {"channel": ""}])
async def test_a_name_of_no_use_is_refused(intake, inbound, parts):
    with pytest.raises(BadInput):
        await intake.accept(inbound(**parts))
