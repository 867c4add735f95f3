"""While the store is slow or away, messages are acknowledged from the spool, and lost nowhere."""

import asyncio
import itertools
import sqlite3
from contextlib import closing

from sqlalchemy import select, text

from tests.nodes.conftest import HELD
from triagebot.domain.message import Event, Kind
from triagebot.errors import Busy
from triagebot.nodes.draining import AT_ONCE, drain
from triagebot.nodes.spooling import SpooledIntake
from triagebot.store.tables import message


async def stored(store):
    """Return fan and text of each message, in the order in which they were recorded."""

    def rows(connection):
        query = select(message.c.fan, message.c.text).order_by(message.c.id)
        return [tuple(row) for row in connection.execute(query)]

    return await store.read(rows)


async def emptied(door):
    async with asyncio.timeout(60):
        await door.emptied.wait()
    assert door.waiting == 0


def unhurried(door):
    """The same, where a machine that does other work may be slow to answer itself."""
    door._budget = 30.0
    return door


async def test_a_store_that_is_well_answers_itself(spooled, inbound):
    outcome = await unhurried(spooled).accept(inbound())
    assert outcome.message_id
    assert outcome.reply.text.startswith("三天内发货")
    assert spooled.waiting == 0


async def test_a_slow_store_is_not_waited_for_and_gets_everything_later(
    spooled, store, inbound, away
):
    with away():
        first = await spooled.accept(inbound("一"))  # the store is not there before the end
        others = [await spooled.accept(inbound(words)) for words in "二三"]
        assert {outcome.reply.text for outcome in [first, *others]} == {HELD}
        assert spooled.is_away
        await spooled.can_keep()
        assert await stored(store) == []
    await emptied(spooled)
    assert [words for _, words in await stored(store)] == list("一二三")
    assert (await unhurried(spooled).accept(inbound("四"))).reply.text.startswith("三天内发货")


async def test_the_real_reply_is_told_once_whether_kept_or_only_late(spooled, inbound, away):
    told = []

    async def stored(message, outcome):
        told.append((message.text, outcome.reply.text[:5]))

    spooled.stored = stored
    with away():
        for words in "一二":
            await spooled.accept(inbound(words))
    await emptied(spooled)
    assert sorted(told) == [("一", "三天内发货"), ("二", "三天内发货")]


async def test_the_spool_is_emptied_in_parts_that_let_new_messages_through(
    intake, new_spool, inbound
):
    full = new_spool()
    await full.start()
    for number in range(AT_ONCE + 5):
        await full.keep(inbound(fan=f"fan-{number}"))
    told = []

    async def stored(message, outcome):
        told.append((message.fan, outcome.message_id))

    assert [await drain(full, intake, stored) for _ in range(3)] == [AT_ONCE, 5, 0]
    assert [fan for fan, _ in told] == [f"fan-{number}" for number in range(AT_ONCE + 5)]
    assert full.waiting == 0
    await full.close()


async def test_a_redelivery_from_the_spool_gets_the_same_and_is_stored_once(
    spooled, store, inbound, away
):
    sent = inbound()
    with away():
        assert await spooled.accept(sent) == await spooled.accept(sent)
    await emptied(spooled)
    assert len(await stored(store)) == 1
    assert (await unhurried(spooled).accept(sent)).duplicate


class Faltering:
    """A store that has no time for new messages while it is given old ones."""

    def __init__(self, intake, spool):
        self.intake, self.spool = intake, spool

    async def accept(self, inbound, thought=None):
        if self.spool.waiting > AT_ONCE:
            await asyncio.sleep(2 if inbound.fan.startswith("new") else 0.2)
        return await self.intake.accept(inbound, thought)


async def test_a_store_that_falters_gets_the_spool_first(intake, store, inbound, new_spool, caplog):
    spool = new_spool()
    await spool.start()
    for number in range(8 * AT_ONCE):
        await spool.keep(inbound(fan=f"old-{number}"))
    await spool.close()
    spool = new_spool()
    door = SpooledIntake(Faltering(intake, spool), store, spool, text=HELD, budget=1.0)
    await door.start()
    async with asyncio.timeout(60):
        for number in itertools.count():
            if (await door.accept(inbound(fan=f"new-{number}"))).message_id:
                break
            await asyncio.sleep(0.02)  # fans come at their own pace
    assert caplog.text.count("the spool stands in") == 1
    await emptied(door)
    await door.close()


class Dying:
    """Fails once for no known reason."""

    def __init__(self, intake):
        self.intake, self.faults = intake, [RuntimeError("bug")]

    async def accept(self, inbound, thought=None):
        if self.faults:
            raise self.faults.pop()
        return await self.intake.accept(inbound, thought)


async def test_a_message_whose_handler_dies_is_kept_and_tried_again(
    intake, store, inbound, new_spool, caplog
):
    door, sent = SpooledIntake(Dying(intake), store, new_spool(), text=HELD), inbound()
    await door.start()
    assert (await door.accept(sent)).reply.text == HELD
    assert "ALARM" in caplog.text
    await emptied(door)
    assert [words for _, words in await stored(store)] == [sent.text]
    assert not door.is_away
    await door.close()


async def test_an_event_is_only_acknowledged(spooled, inbound, away):
    with away():
        follow = inbound("", kind=Kind.EVENT, event=Event.FOLLOW)
        assert not (await spooled.accept(follow)).reply


async def test_what_was_acknowledged_survives_the_end_of_the_process(
    spooled, intake, store, inbound, new_spool, away
):
    with away():
        for number in range(5):
            await spooled.accept(inbound(str(number)))
        await spooled.close()
    again = SpooledIntake(intake, store, new_spool(), text=HELD)
    await again.start()
    await emptied(again)
    assert [words for _, words in await stored(store)] == list("01234")
    await again.close()


async def test_a_full_spool_acknowledges_nothing(intake, store, inbound, new_spool, away):
    door = SpooledIntake(intake, store, new_spool(max_bytes=60_000), budget=0.1)
    await door.start()
    kept = []
    with away():
        while len(kept) < 200:
            try:
                kept.append(await door.accept(inbound("长" * 500)))
            except Busy:
                break
    assert 5 < len(kept) < 100
    await emptied(door)
    assert len(await stored(store)) == len(kept)
    with away():  # emptied, it takes messages again
        await door.accept(inbound())
    await door.close()


async def test_an_altered_message_is_kept_and_holds_up_no_other(
    spooled, store, inbound, spool_folder, away
):
    with away():
        await spooled.accept(inbound("慢", fan="fan-3"))
        await spooled.accept(inbound("坏", fan="fan-2"))
        await spooled.accept(inbound("好"))
        with closing(sqlite3.connect(spool_folder / "0" / "spool.db")) as file, file:
            file.execute("UPDATE spooled SET inbound = replace(inbound, '坏', '怀') WHERE id = 2")
        spooled.emptied.clear()
    await emptied(spooled)
    assert [words for _, words in await stored(store)] == ["慢", "好"]
    with closing(sqlite3.connect(spool_folder / "0" / "spool.db")) as file:
        assert file.execute("SELECT id, attempts FROM spooled").fetchall() == [(2, 3)]


async def test_nothing_is_written_to_a_store_that_went_back(spooled, store, inbound):
    await unhurried(spooled).accept(inbound("一"))
    await spooled.look()

    def go_back(connection):
        connection.execute(text("UPDATE progress SET value = value - 1 WHERE name = 'heartbeat'"))

    await store.write(go_back)
    await spooled.look()
    assert (await spooled.accept(inbound("二"))).reply.text == HELD
    await spooled.look()
    assert [words for _, words in await stored(store)] == ["一"]
    assert spooled.waiting == 1
