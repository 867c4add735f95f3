"""Deadlines and redeliveries: one reply, in time, now or late but never both."""

import asyncio

import pytest
from aiohttp import web
from wechat_crypto import open_reply
from wechat_pusher import FAULT_NOTICE, Pusher, event_xml, field_of, text_xml
from wechat_world import APPID, KEY, TOKEN, MemoryIntake, account_of

from triagebot.channels.wechat import WeChatCallback
from triagebot.domain.message import Reply

LONG = Reply("很长的答案。" * 400)


class LateReplies:
    """Collects what the server hands over."""

    def __init__(self):
        self.outcomes = []
        self.came = asyncio.Event()

    async def __call__(self, outcome):
        self.outcomes.append(outcome)
        self.came.set()


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


async def test_a_redelivery_gets_the_byte_identical_reply_closed_anew(serve, intake):
    pusher = await serve()
    push = await pusher.push_at_once(text_xml("a", msg_id=1))
    assert intake.thought == 1
    assert len({verdict.xml for verdict in push.verdicts}) == 1
    assert len({verdict.body for verdict in push.verdicts}) == 3


async def test_a_redelivery_much_later_still_gets_it(serve, intake, clock):
    pusher = await serve()
    xml = text_xml("a", msg_id=1)
    first = await pusher.push(xml)
    clock.move(minutes=10)
    again = await pusher.push(xml)
    assert again.verdicts[0].xml == first.verdicts[0].xml
    assert intake.thought == 1


async def test_too_late_means_success_now_and_the_reply_later(serve, intake):
    late, intake.gate = LateReplies(), asyncio.Event()
    pusher = await serve(late=late, within=0.25)
    push = await pusher.push(text_xml("a"))
    assert push.verdicts[0].kind == "success"
    assert late.outcomes == []
    intake.gate.set()
    await late.came.wait()
    assert [outcome.reply.text for outcome in late.outcomes] == ["echo: a"]


async def test_what_was_promised_for_later_is_not_also_shown_now(serve, intake):
    late, intake.gate = LateReplies(), asyncio.Event()
    pusher = await serve(late=late, within=0.25)
    xml = text_xml("a", msg_id=1)
    await pusher.push(xml)
    intake.gate.set()
    await late.came.wait()
    again = await pusher.push(xml)  # our `success` got lost on the way
    assert again.verdicts[0].kind == "success"
    assert len(late.outcomes) == 1


async def test_with_nobody_to_send_it_later_a_redelivery_shows_it(serve, intake):
    intake.gate = asyncio.Event()
    pusher = await serve(within=0.25)
    xml = text_xml("a", msg_id=1)
    assert (await pusher.push(xml)).verdicts[0].kind == "success"
    intake.gate.set()
    assert (await pusher.push(xml)).seen == "echo: a"


async def test_a_passive_only_account_sends_nothing_later(serve, intake):
    late, intake.gate = LateReplies(), asyncio.Event()
    pusher = await serve(account_of(passive_only=True), late=late, within=0.25)
    xml = text_xml("a", msg_id=1)
    assert (await pusher.push(xml)).verdicts[0].kind == "success"
    intake.gate.set()
    assert (await pusher.push(xml)).seen == "echo: a"
    assert late.outcomes == []


async def test_a_failure_after_success_lets_a_redelivery_try_again(serve, intake):
    late, intake.gate = LateReplies(), asyncio.Event()
    pusher = await serve(late=late, within=0.25)
    xml = text_xml("a", msg_id=1)
    await pusher.push(xml)
    intake.fault = RuntimeError("bug")
    intake.gate.set()
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    intake.fault = None
    assert (await pusher.push(xml)).seen == "echo: a"


async def test_where_asked_for_nothing_unstored_is_acknowledged(serve, intake):
    intake.gate = asyncio.Event()
    pusher = await serve(late=LateReplies(), within=0.25, acknowledge_unstored=False)
    query, body = pusher.request(text_xml("a"))
    async with pusher.session.post(pusher.url, params=query, data=body) as response:
        assert response.status == 503
    intake.gate.set()


async def test_a_reply_ready_in_the_last_moment_is_shown_where_asked_for(serve, intake):
    intake.gate = asyncio.Event()
    pusher = await serve(within=0.01, acknowledge_unstored=False)
    asyncio.get_running_loop().call_later(0.05, intake.gate.set)
    assert (await pusher.push(text_xml("a"))).seen == "echo: a"


async def test_a_handler_that_dies_is_an_alarm_and_success(serve, intake, caplog):
    intake.fault = RuntimeError("bug")
    pusher = await serve()
    push = await pusher.push(text_xml("a"))
    assert [verdict.kind for verdict in push.verdicts] == ["success"]
    assert push.seen is None
    assert "ALARM" in caplog.text


async def test_a_late_sender_that_dies_is_an_alarm(serve, intake, caplog):
    died = asyncio.Event()

    async def late(outcome):
        died.set()
        raise RuntimeError("bug")

    intake.think = lambda inbound: LONG
    pusher = await serve(late=late)
    await pusher.push(text_xml("a"))
    await died.wait()
    await asyncio.sleep(0)
    assert "ALARM" in caplog.text


async def test_a_reply_too_long_for_one_message_goes_out_late_and_once(serve, intake):
    late = LateReplies()
    intake.think = lambda inbound: LONG
    pusher = await serve(late=late)
    xml = text_xml("a", msg_id=1)
    assert (await pusher.push(xml)).verdicts[0].kind == "success"
    await late.came.wait()
    assert (await pusher.push(xml)).verdicts[0].kind == "success"
    assert len(late.outcomes) == 1


async def test_a_reply_too_long_is_cut_where_nothing_can_go_out_late(serve, intake):
    intake.think = lambda inbound: LONG
    pusher = await serve(account_of(passive_only=True), late=LateReplies())
    push = await pusher.push(text_xml("a"))
    assert push.seen.endswith("…")


async def test_work_goes_on_when_wechat_hangs_up(serve, intake):
    late, intake.gate = LateReplies(), asyncio.Event()
    pusher = await serve(late=late, within=30)
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
    pusher.factor = 0.05  # hangs up after 0.25 s, while the work goes on
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


async def test_a_shutdown_waits_for_what_was_begun(aiohttp_client, clock):
    gate, sent = asyncio.Event(), []

    async def late(outcome):
        await gate.wait()
        sent.append(outcome)

    intake = MemoryIntake(think=lambda inbound: LONG)
    app = web.Application()
    WeChatCallback({"main": account_of()}, intake, clock, late).add_to(app)
    client = await aiohttp_client(app)
    url = str(client.make_url("/wechat/main"))
    pusher = Pusher(client.session, url, token=TOKEN, appid=APPID, aes_key=KEY)
    await pusher.push(text_xml("a"))
    asyncio.get_running_loop().call_later(0.05, gate.set)
    await client.close()
    assert len(sent) == 1


async def test_the_answer_is_signed_with_our_clock_and_their_nonce(serve, clock):
    pusher = await serve()
    query, body = pusher.request(text_xml("a"))
    clock.move(seconds=3)
    verdict = await pusher.deliver(text_xml("a"), query, body)
    stamp = field_of(verdict.body, "TimeStamp")
    assert int(stamp) == int(clock.seconds())
    assert open_reply(TOKEN, KEY, APPID, query["nonce"], verdict.body) == verdict.xml
