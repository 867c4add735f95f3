"""Deadlines and redeliveries: one reply, in time, now or late but never both."""

import asyncio

from aiohttp import web
from wechat_world import APPID, KEY, TOKEN, MemoryIntake, account_of

from triagebot.channels.wechat import WeChatCallback
from triagebot.domain.message import Reply
from triagebot.fakewechat.crypto import open_reply
from triagebot.fakewechat.pusher import Pusher, field_of, text_xml

LONG = Reply("很长的答案。" * 400)


class LateReplies:
    """Collects what the server hands over."""

    def __init__(self):
        self.outcomes = []
        self.came = asyncio.Event()

    async def __call__(self, outcome):
        self.outcomes.append(outcome)
        self.came.set()


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
