"""Agents' texts reach the platform in order, and none is sent twice by guesswork."""

from __future__ import annotations

import asyncio

import pytest

from triagebot.channels.outbox import Outbox, Receipt, Result, pause_after
from triagebot.domain.agent import Role
from triagebot.domain.conversation import Memory, Status
from triagebot.domain.decision import Action, Decision, Reason
from triagebot.domain.message import Reply
from triagebot.errors import ChannelRefused
from triagebot.store import agents, messages, outbound
from triagebot.store.messages import Conclusion

CHANNEL = "wechat:main"


def hand_off(_inbound, _memory, _thought, _place) -> Conclusion:
    decision = Decision(Action.HUMAN, Reason.COMPLAINT)
    return Conclusion(decision, Reply(), Memory(status=Status.OPEN))


class Platform:
    """Answers each try with the next of its receipts, and remembers what it got."""

    def __init__(self, *receipts: Receipt | Exception) -> None:
        self.receipts = list(receipts)
        self.got: list[str] = []

    async def __call__(self, text) -> Receipt:
        self.got.append(text.text)
        receipt = self.receipts.pop(0) if self.receipts else Receipt(Result.DELIVERED)
        if isinstance(receipt, Exception):
            raise receipt
        return receipt


@pytest.fixture
def write(database, inbound, clock):
    """Write a text to a fan, as the agent who has them."""

    async def run(text: str, fan: str = "fan-1") -> int:
        batch = [(inbound("投诉", fan=fan), None)]
        (outcome,) = await database.write(messages.record, batch, hand_off, clock())
        found = await database.read(agents.find, "小林")
        agent = (
            found[0]
            if found
            else await database.write(agents.add, "小林", Role.AGENT, "hash", clock())
        )
        row = await database.write(
            outbound.add, outcome.conversation_id, agent.id, text, text, clock()
        )
        return row.id

    return run


async def state_of(database, number: int) -> tuple[str, str]:
    row = await database.read(outbound.get, number)
    return row.state, row.error


async def test_texts_of_a_fan_arrive_in_the_order_they_were_written(database, clock, write) -> None:
    for text in ("一", "二", "三"):
        await write(text)
    platform = Platform()
    assert await Outbox(database, {CHANNEL: platform}, clock).deliver_due() == 3
    assert platform.got == ["一", "二", "三"]


@pytest.mark.parametrize(
    ("receipt", "end"),
    [
        (Receipt(Result.DELIVERED), ("delivered", "")),
        (Receipt(Result.REFUSED, "45015"), ("failed", "45015")),
        (ChannelRefused("window closed"), ("failed", "window closed")),
        (Receipt(Result.UNCERTAIN, "-1"), ("uncertain", "-1")),
        (ConnectionResetError("line broke"), ("uncertain", "ConnectionResetError")),
    ],
)
async def test_each_end_is_shown_and_nothing_is_tried_again(
    database, clock, write, receipt, end
) -> None:
    number = await write("您好")
    platform = Platform(receipt)
    outbox = Outbox(database, {CHANNEL: platform}, clock)
    await outbox.deliver_due()
    clock.forward(hours=1)
    await outbox.deliver_due()
    assert platform.got == ["您好"]
    assert await state_of(database, number) == end


async def test_what_was_certainly_not_taken_is_tried_again_later(database, clock, write) -> None:
    number = await write("您好")
    platform = Platform(Receipt(Result.NOT_TAKEN, "busy"))
    outbox = Outbox(database, {CHANNEL: platform}, clock)
    await outbox.deliver_due()
    assert await state_of(database, number) == ("queued", "busy")
    await outbox.deliver_due()
    assert len(platform.got) == 1
    clock.forward(seconds=1)
    await outbox.deliver_due()
    assert len(platform.got) == 2
    assert await state_of(database, number) == ("delivered", "")


async def test_a_text_that_is_never_taken_fails_in_the_end(database, clock, write) -> None:
    number = await write("您好")
    platform = Platform(*[Receipt(Result.NOT_TAKEN, "busy")] * 10)
    outbox = Outbox(database, {CHANNEL: platform}, clock)
    for _ in range(10):
        await outbox.deliver_due()
        clock.forward(minutes=1)
    assert len(platform.got) == 6
    assert await state_of(database, number) == ("failed", "busy")


async def test_a_later_text_waits_for_the_one_before_it(database, clock, write) -> None:
    await write("一")
    await write("二")
    platform = Platform(Receipt(Result.NOT_TAKEN, "busy"))
    outbox = Outbox(database, {CHANNEL: platform}, clock)
    await outbox.deliver_due()
    assert platform.got == ["一"]
    clock.forward(seconds=1)
    await outbox.deliver_due()
    assert platform.got == ["一", "一", "二"]


async def test_a_platform_that_does_not_answer_leaves_the_text_uncertain(
    database, clock, write
) -> None:
    async def silent(_text) -> Receipt:
        await asyncio.Event().wait()
        return Receipt(Result.DELIVERED)

    number = await write("您好")
    await Outbox(database, {CHANNEL: silent}, clock, delivery_seconds=0.01).deliver_due()
    assert await state_of(database, number) == ("uncertain", "no answer in time")


async def test_what_a_dead_sender_left_behind_becomes_uncertain(database, clock, write) -> None:
    number = await write("您好")
    await database.write(outbound.claim, CHANNEL, clock())
    clock.forward(minutes=2)
    platform = Platform()
    await Outbox(database, {CHANNEL: platform}, clock).deliver_due()
    assert platform.got == []
    assert (await state_of(database, number))[0] == "uncertain"


async def test_closing_finishes_what_is_being_sent_and_begins_nothing(
    database, clock, write
) -> None:
    first, second = await write("一"), await write("二")
    begun, go = asyncio.Event(), asyncio.Event()

    async def slow(_text) -> Receipt:
        begun.set()
        await go.wait()
        return Receipt(Result.DELIVERED)

    outbox = Outbox(database, {CHANNEL: slow}, clock)
    await outbox.start()
    await begun.wait()
    closing = asyncio.create_task(outbox.close())
    await asyncio.sleep(0)
    go.set()
    await closing
    assert (await state_of(database, first))[0] == "delivered"
    assert (await state_of(database, second))[0] == "queued"


async def test_a_woken_outbox_delivers(database, clock, write) -> None:
    arrived = asyncio.Event()

    async def platform(_text) -> Receipt:
        arrived.set()
        return Receipt(Result.DELIVERED)

    outbox = Outbox(database, {CHANNEL: platform}, clock, poll_seconds=3600)
    await outbox.start()
    await write("您好")
    outbox.wake()
    async with asyncio.timeout(30):
        await arrived.wait()
    await outbox.close()


async def test_channels_without_a_deliverer_keep_their_texts(database, clock, write) -> None:
    number = await write("您好")
    await Outbox(database, {"wechat:other": Platform()}, clock).deliver_due()
    assert (await state_of(database, number))[0] == "queued"


def test_pauses_grow_and_have_an_end() -> None:
    assert [pause_after(n).total_seconds() for n in (1, 2, 3, 7, 20)] == [1, 2, 4, 60, 60]
