"""What WeChat does on bad days: overlaps, other nodes, hang-ups, storms, strange words."""

import asyncio

import pytest
from wechat_world import account_of

from triagebot.domain.message import Reply
from triagebot.fakewechat.pusher import FAULT_NOTICE, event_xml, text_xml


class SecondCall:
    """A gate that opens for all when a second one comes to it."""

    def __init__(self):
        self.count = 0
        self.open = asyncio.Event()

    async def wait(self):
        self.count += 1
        if self.count == 2:
            self.open.set()
        await self.open.wait()


async def test_work_goes_on_when_wechat_hangs_up(serve, intake):
    intake.gate = asyncio.Event()
    pusher = await serve(within=30)
    pusher.factor, pusher.deliveries = 0.01, 1  # hangs up after 0.05 s
    xml = text_xml("a", msg_id=1)
    push = await pusher.push(xml)
    assert push.verdicts[0].kind == "timeout"
    intake.gate.set()
    pusher.factor = 1
    assert (await pusher.push(xml)).seen == "echo: a"
    assert intake.thought == 1


async def test_deliveries_that_overlap_show_one_reply(serve, intake):
    intake.gate = SecondCall()
    pusher = await serve(within=30)
    pusher.factor = 0.2  # hangs up after 1 s, while the work goes on
    push = await pusher.push(text_xml("a"))
    assert push.verdicts[0].kind == "timeout"
    assert push.seen == "echo: a"
    assert intake.thought == 1


async def test_a_second_node_gives_the_same_reply(serve, intake):
    one, two = await serve(), await serve()
    xml = text_xml("a", msg_id=1)
    first, second = await one.push(xml), await two.push(xml)
    assert first.verdicts[0].xml == second.verdicts[0].xml
    assert intake.thought == 1


async def test_too_slow_three_times_is_what_the_fake_calls_a_fault(serve, intake):
    """The twin: without the deadline the fan sees the notice, and then pushes stop."""
    intake.gate = asyncio.Event()
    pusher = await serve(within=30)
    pusher.factor = 0.002
    for _ in range(5):
        assert (await pusher.push(text_xml("a"))).seen == FAULT_NOTICE
    assert (await pusher.push(text_xml("a"))).dropped
    intake.gate.set()


async def test_after_the_minute_of_silence_all_is_well(serve, intake, clock):
    pusher = await serve()
    pusher.blocked_until = clock.seconds() + 60
    assert (await pusher.push(text_xml("a"))).dropped
    clock.move(seconds=61)
    assert (await pusher.push(text_xml("a"))).seen == "echo: a"


async def test_two_hundred_fans_at_once_each_get_their_own(serve, intake):
    pusher = await serve()
    pushes = await asyncio.gather(
        *(pusher.push(text_xml(str(n), fan=f"oFan{n}", msg_id=1)) for n in range(200))
    )
    assert [push.seen for push in pushes] == [f"echo: {n}" for n in range(200)]
    assert intake.thought == 200


async def test_a_location_storm_is_acknowledged_and_kept_apart(serve, intake):
    pusher = await serve()
    storm = [event_xml("LOCATION", Latitude=f"{n}.0") for n in range(100)]
    pushes = await asyncio.gather(*(pusher.push(xml) for xml in storm))
    assert {push.verdicts[0].kind for push in pushes} == {"success"}
    assert intake.thought == 100


async def test_unsubscribe_and_subscribe_in_one_second_are_two_events(serve, intake):
    pusher = await serve()
    await pusher.push(event_xml("unsubscribe"))
    push = await pusher.push(event_xml("subscribe"))
    assert push.verdicts[0].kind == "reply"
    assert intake.thought == 2


@pytest.mark.parametrize(
    "words", ["😀", "👨‍👩‍👧", "a]]>b", "]]]]>>", "<b>&amp;</b>", "行\n行", "𠮷", "\u202e反"]
)
@pytest.mark.parametrize("mode", ["plain", "safe"])
async def test_strange_words_survive_in_both_directions(serve, mode, words):
    pusher = await serve(account_of(mode))
    assert (await pusher.push(text_xml(words))).seen == f"echo: {words}"


async def test_control_characters_never_go_out(serve, intake):
    intake.think = lambda inbound: Reply("a\x08b\x00\ufffe")
    pusher = await serve()
    assert (await pusher.push(text_xml("x"))).seen == "ab"
