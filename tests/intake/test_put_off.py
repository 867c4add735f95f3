"""What a surge puts off is acknowledged and stored at once, and decided on once, afterwards."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import select

from triagebot.domain.conversation import Status
from triagebot.domain.decision import Action, Reason
from triagebot.domain.message import Event, Kind
from triagebot.domain.surge import Stage
from triagebot.errors import Busy
from triagebot.intake.accept import Intake
from triagebot.intake.afterthoughts import Afterthoughts
from triagebot.intake.fairness import Shares
from triagebot.intake.pressure import Pressure
from triagebot.store import events, surges
from triagebot.store.tables import conversation, outbound

TEXT = "消息很多，稍后回复"


@pytest.fixture
def pressure(any_database):
    return Pressure(any_database)


@pytest.fixture
async def intake(any_database, mind, clock, pressure):
    door = Intake(any_database, mind, clock, pressure, lambda: TEXT)
    yield door
    await door.close()


@pytest.fixture
def afterthoughts(any_database, intake, pressure, clock):
    def make(silent=()):
        return Afterthoughts(any_database, intake.thinker, pressure, clock, lambda: None, silent)

    return make


async def sent(database):
    return await database.read(
        lambda connection: connection.execute(select(outbound.c.text)).scalars().all()
    )


async def statuses(database):
    query = select(conversation.c.status).order_by(conversation.c.id)
    return await database.read(lambda connection: connection.execute(query).scalars().all())


@pytest.mark.parametrize(
    ("stage", "words"), [(Stage.RULES, TEXT), (Stage.TEXT, TEXT), (Stage.COUNT, "")]
)
async def test_a_message_is_stored_and_put_off(
    any_database, intake, pressure, inbound, stage, words
):
    pressure.surge.pin(stage)
    first, message = inbound(), inbound()
    outcome = await intake.accept(message)
    assert (outcome.decision.action, outcome.decision.reason) == (Action.SILENT, Reason.PUT_OFF)
    assert outcome.reply.text == words
    again = await intake.accept(message)
    assert again.duplicate
    assert again.reply == outcome.reply
    await intake.accept(first)
    assert await any_database.read(surges.waiting) == 2


async def test_rules_speak_at_the_second_stage_only(intake, pressure, inbound):
    pressure.surge.pin(Stage.RULES)
    outcome = await intake.accept(inbound("转人工", fan="a"))
    assert (outcome.decision.action, outcome.decision.intent) == (Action.HUMAN, None)
    pressure.surge.pin(Stage.TEXT)
    outcome = await intake.accept(inbound("转人工", fan="b"))
    assert outcome.decision.reason is Reason.PUT_OFF


async def test_a_glance_that_fails_puts_off(intake, pressure, inbound):
    pressure.surge.pin(Stage.RULES)
    outcome = await intake.accept(inbound("词"))
    assert outcome.decision.reason is Reason.PUT_OFF


async def test_events_and_conversations_of_people_are_treated_as_ever(intake, pressure, inbound):
    await intake.accept(inbound("投诉", fan="a"))
    pressure.surge.pin(Stage.COUNT)
    silent = await intake.accept(inbound(fan="a"))
    assert silent.decision.reason is Reason.PERSON_HAS_IT
    event = await intake.accept(inbound("", fan="b", kind=Kind.EVENT, event=Event.OTHER))
    assert event.decision.reason is Reason.NOT_A_MESSAGE


async def test_nobody_gets_more_than_a_share_while_it_presses(intake, pressure, inbound):
    intake._shares = Shares(most=20, seconds=1e6)
    pressure.surge.pin(Stage.RULES)
    replies = [(await intake.accept(inbound("转人工吗", fan="a"))).reply.text for _ in range(3)]
    assert replies[0]
    flood = [await intake.accept(inbound(str(n), fan="b")) for n in range(30)]
    assert {outcome.reply.text for outcome in flood[:20]} == {TEXT}
    assert {outcome.reply.text for outcome in flood[20:]} == {""}


async def test_what_was_put_off_is_decided_on_once_it_is_calm(
    any_database, intake, pressure, inbound, afterthoughts, mind
):
    pressure.surge.pin(Stage.TEXT)
    for fan in "abc":
        await intake.accept(inbound("什么时候发货", fan=fan))
    await intake.accept(inbound("投诉", fan="d"))
    later = afterthoughts()
    assert await later.work_off() == 0  # it still presses
    pressure.surge.pin(None)
    both = await asyncio.gather(later.work_off(), afterthoughts().work_off())
    assert sum(both) == 4
    assert await sent(any_database) == ["三天内发货"] * 3 + ["第1位"]
    assert await statuses(any_database) == [Status.PENDING] * 3 + [Status.OPEN]
    assert mind.thought[0].count("什么时候发货") == 1  # alike messages cost one thought
    assert await later.work_off() == 0
    assert await any_database.read(surges.waiting) == 0


async def test_nothing_is_sent_after_the_window_or_where_nothing_can_be(
    any_database, intake, pressure, inbound, afterthoughts, clock
):
    pressure.surge.pin(Stage.COUNT)
    await intake.accept(inbound(fan="a"))
    await intake.accept(inbound("投诉", fan="b"))
    pressure.surge.pin(None)
    clock.forward(hours=49)
    await intake.accept(inbound(fan="c", channel="passive"))
    pressure.surge.pin(Stage.COUNT)
    await intake.accept(inbound(fan="d", channel="passive"))
    pressure.surge.pin(None)
    assert await afterthoughts({"passive"}).work_off() == 3
    assert await sent(any_database) == []
    assert (await statuses(any_database))[1] == Status.OPEN


async def test_who_would_wait_in_vain_is_refused(intake, pressure, inbound, monkeypatch):
    monkeypatch.setattr("triagebot.intake.pressure.HELD_AT_MOST", 0)
    with pytest.raises(Busy):
        await intake.accept(inbound())


async def test_a_pin_reaches_every_process_and_is_on_record(any_database, clock):
    here, there = Pressure(any_database), Pressure(any_database)
    await there.start()
    await any_database.write(surges.pin, Stage.TEXT, "agent:1", clock())
    news = await any_database.read(events.read_after, 0)
    await there.heard(news)
    assert there.stage is Stage.TEXT
    await here.start()
    assert here.stage is Stage.TEXT
    await any_database.write(surges.pin, None, "agent:1", clock())
    await here.heard(await any_database.read(events.read_after, news[-1].id))
    assert here.stage is Stage.FULL
    await here.close()
    await there.close()


async def test_load_is_measured(any_database, intake, inbound):
    watched = Pressure(any_database)
    door = Intake(any_database, intake.thinker._holder, any_database.clock, watched)
    await watched.start()
    await asyncio.gather(*(door.accept(inbound(fan=str(n))) for n in range(50)))
    async with asyncio.timeout(30):
        while not watched.load.rate:  # noqa: ASYNC110 - it looks by the clock
            await asyncio.sleep(0.02)
    assert watched.load.waiting == 0
    assert watched.by_stage[Stage.FULL] == 50
    await watched.close()
    await door.close()
