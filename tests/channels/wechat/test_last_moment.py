"""A decision that is ready just before WeChat hangs up, in virtual time and over three deliveries.

WeChat sends at 0, 5 and 10 s and listens for 5 s each time.
"""

from __future__ import annotations

import asyncio

import pytest
from wechat_world import APPID, KEY, TOKEN, MemoryIntake, MemoryWays, account_of

from triagebot.channels.wechat import WeChatCallback
from triagebot.channels.wechat.callback import ACKNOWLEDGED
from triagebot.channels.wechat.reception import PREFIX
from triagebot.fakewechat.crypto import open_reply
from triagebot.fakewechat.pusher import Pusher, field_of, text_xml
from triagebot.faults.virtual_time import VirtualLoop, run
from triagebot.web.front import Asked, told

READY_AT = 4.9
LATEST = 4.5
"""What the network needs is not ours to spend."""


class Tencent:
    """Sends one message until an answer with status 200 comes in time, as WeChat does."""

    def __init__(self, loop, **options):
        self.loop = loop
        self.intake, self.ways = MemoryIntake(gate=asyncio.Event()), MemoryWays()
        account = account_of()
        self.callback = WeChatCallback(
            {account.name: account}, self.intake, loop.now, self.ways, **options
        )
        self.pusher = Pusher(
            None, "", token=TOKEN, appid=APPID, aes_key=KEY, now=lambda: loop.now().timestamp()
        )
        self.answered_after, self.bodies = [], []

    async def send(self, ready_at=READY_AT, *, until_good=True):
        """Return the texts that the fan sees in the three requests."""
        xml = text_xml("a", msg_id=1)
        query, body = self.pusher.request(xml)
        self.loop.call_later(ready_at, self.intake.gate.set)
        for number in range(3):
            began = number * 5.0
            await asyncio.sleep(max(began - self.loop.time(), 0.0))
            answer = await self._deliver(dict(query), body)
            if answer is not None and answer.status == 200:
                self.bodies.append(answer.text)
                if until_good:
                    break
        await asyncio.sleep(30)
        await self.callback.replies.drain()
        shown = [text for text in self.bodies if text != ACKNOWLEDGED]
        opened = [open_reply(TOKEN, KEY, APPID, query["nonce"], text) for text in shown]
        return [field_of(text, "Content") for text in opened]

    async def _deliver(self, query, body):
        asked = Asked("POST", f"{PREFIX}main", query, "127.0.0.1", self.loop.time(), body.encode())
        reception = self.callback.reception
        assert reception.admit(asked) is None
        answering = asyncio.create_task(told(reception, asked))
        done, _ = await asyncio.wait({answering}, timeout=5.0)
        if not done:
            return None
        self.answered_after.append(self.loop.time() - asked.began)
        return answering.result()


def tencent(**options):
    return Tencent(VirtualLoop(), **options)


def test_scenario_reply_at_4_9_s_success_goes_in_time_and_the_reply_late_exactly_once():
    world = tencent()
    assert run(world.send(), world.loop) == []
    assert world.bodies == [ACKNOWLEDGED]
    assert max(world.answered_after) <= LATEST
    assert [reply.text for reply in world.ways.late] == ["echo: a"]


def test_scenario_reply_at_4_9_s_and_our_success_was_lost_on_the_way():
    world = tencent()
    assert run(world.send(until_good=False), world.loop) == []
    assert world.bodies == [ACKNOWLEDGED] * 3
    assert [reply.text for reply in world.ways.late] == ["echo: a"]


def test_scenario_reply_at_4_9_s_where_nothing_unstored_is_acknowledged():
    """As the whole server has it: the delivery at 5 s shows the reply, so none goes late."""
    world = tencent(acknowledge_unstored=False)
    assert run(world.send(), world.loop) == ["echo: a"]
    assert max(world.answered_after) <= LATEST
    assert world.ways.decided == {1: "passive"}
    assert world.ways.late == []


@pytest.mark.parametrize("ready_at", [0.0, 3.9, 4.1, 4.49, 5.1, 9.9, 14.9])
@pytest.mark.parametrize("acknowledge_unstored", [True, False])
def test_whenever_it_is_ready_the_fan_sees_one_reply_or_one_waits(ready_at, acknowledge_unstored):
    world = tencent(acknowledge_unstored=acknowledge_unstored)
    shown = run(world.send(ready_at), world.loop)
    assert max(world.answered_after) <= LATEST
    waits = list(world.ways.decided.values()).count("held")
    assert len(shown) + len(world.ways.late) + waits == 1


def test_twin_without_the_deadline_the_answer_comes_when_wechat_may_have_gone():
    world = tencent(within=30)
    run(world.send(), world.loop)
    assert max(world.answered_after) > LATEST
