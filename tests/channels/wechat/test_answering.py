"""Deadlines and redeliveries: one reply, in time, now or late but never both."""

import asyncio

from aiohttp import web
from wechat_world import APPID, KEY, TOKEN, MemoryIntake, MemoryWays, account_of

from triagebot.channels.wechat import WeChatCallback
from triagebot.domain.message import Reply
from triagebot.fakewechat.crypto import open_reply
from triagebot.fakewechat.pusher import Pusher, field_of, text_xml

LONG = Reply("很长的答案。" * 400)


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
    ways, intake.gate = MemoryWays(), asyncio.Event()
    pusher = await serve(ways=ways, within=0.25)
    push = await pusher.push(text_xml("a"))
    assert push.verdicts[0].kind == "success"
    assert ways.late == []
    intake.gate.set()
    await ways.came.wait()
    assert [reply.text for reply in ways.late] == ["echo: a"]


async def test_what_was_promised_for_later_is_not_also_shown_now(serve, intake):
    ways, intake.gate = MemoryWays(), asyncio.Event()
    pusher = await serve(ways=ways, within=0.25)
    xml = text_xml("a", msg_id=1)
    await pusher.push(xml)
    intake.gate.set()
    await ways.came.wait()
    again = await pusher.push(xml)  # our `success` got lost on the way
    assert again.verdicts[0].kind == "success"
    assert len(ways.late) == 1


async def test_what_a_redelivery_showed_is_not_also_sent_later(serve, intake):
    ways = MemoryWays()
    pusher = await serve(ways=ways, within=0.25)
    xml = text_xml("a", msg_id=1)
    assert (await pusher.push(xml)).seen == (await pusher.push(xml)).seen == "echo: a"
    intake.gate = asyncio.Event()
    assert (await pusher.push(xml)).verdicts[0].kind == "success"
    intake.gate.set()
    await pusher.push(xml)
    assert ways.late == []


async def test_with_nobody_to_send_it_later_a_redelivery_shows_it(serve, intake):
    intake.gate = asyncio.Event()
    pusher = await serve(within=0.25)
    xml = text_xml("a", msg_id=1)
    assert (await pusher.push(xml)).verdicts[0].kind == "success"
    intake.gate.set()
    assert (await pusher.push(xml)).seen == "echo: a"


async def test_a_passive_only_account_sends_nothing_later(serve, intake):
    ways, intake.gate = MemoryWays(sends=False), asyncio.Event()
    pusher = await serve(account_of(passive_only=True), ways=ways, within=0.25)
    xml = text_xml("a", msg_id=1)
    assert (await pusher.push(xml)).verdicts[0].kind == "success"
    intake.gate.set()
    assert (await pusher.push(xml)).seen == "echo: a"
    assert ways.late == []


async def test_a_failure_after_success_is_an_alarm_and_a_redelivery_may_do_better(
    serve, intake, caplog
):
    ways, intake.gate = MemoryWays(), asyncio.Event()
    pusher = await serve(ways=ways, within=0.25)
    xml = text_xml("a", msg_id=1)
    await pusher.push(xml)
    intake.fault = RuntimeError("bug")
    intake.gate.set()
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    intake.fault = None
    assert (await pusher.push(xml)).seen == "echo: a"
    assert "ALARM" in caplog.text


async def test_where_asked_for_nothing_unstored_is_acknowledged(serve, intake):
    intake.gate, ways = asyncio.Event(), MemoryWays()
    pusher = await serve(ways=ways, within=0.25, acknowledge_unstored=False)
    xml = text_xml("a", msg_id=1)
    query, body = pusher.request(xml)
    async with pusher.session.post(pusher.url, params=query, data=body) as response:
        assert response.status == 503
    intake.gate.set()
    await ways.came.wait()
    assert ways.decided == {1: "held"}  # for a redelivery, and for later if none comes
    assert (await pusher.push(xml)).seen == "echo: a"
    assert ways.decided == {1: "passive"}


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


async def test_a_reply_that_could_not_be_queued_is_an_alarm(serve, intake, caplog):
    intake.think = lambda inbound: LONG
    pusher = await serve(ways=MemoryWays(fault=RuntimeError("bug")))
    assert (await pusher.push(text_xml("a"))).verdicts[0].kind == "success"
    assert "ALARM" in caplog.text


async def test_a_reply_too_long_for_one_message_goes_out_late_and_once(serve, intake):
    ways = MemoryWays()
    intake.think = lambda inbound: LONG
    pusher = await serve(ways=ways)
    xml = text_xml("a", msg_id=1)
    assert (await pusher.push(xml)).verdicts[0].kind == "success"
    assert (await pusher.push(xml)).verdicts[0].kind == "success"
    assert ways.late == [LONG]


async def test_a_reply_too_long_is_cut_where_nothing_can_go_out_late(serve, intake):
    intake.think = lambda inbound: LONG
    pusher = await serve(account_of(passive_only=True), ways=MemoryWays(sends=False))
    push = await pusher.push(text_xml("a"))
    assert push.seen.endswith("…")


async def test_a_shutdown_waits_for_what_was_begun(aiohttp_client, clock):
    intake, ways = MemoryIntake(gate=asyncio.Event()), MemoryWays()
    app = web.Application()
    WeChatCallback({"main": account_of()}, intake, clock, ways, within=0.1).add_to(app)
    client = await aiohttp_client(app)
    url = str(client.make_url("/wechat/main"))
    pusher = Pusher(client.session, url, token=TOKEN, appid=APPID, aes_key=KEY)
    await pusher.push(text_xml("a"))
    asyncio.get_running_loop().call_later(0.05, intake.gate.set)
    await client.close()
    assert len(ways.late) == 1


async def test_the_answer_is_signed_with_our_clock_and_their_nonce(serve, clock):
    pusher = await serve()
    query, body = pusher.request(text_xml("a"))
    clock.move(seconds=3)
    verdict = await pusher.deliver(text_xml("a"), query, body)
    stamp = field_of(verdict.body, "TimeStamp")
    assert int(stamp) == int(clock.seconds())
    assert open_reply(TOKEN, KEY, APPID, query["nonce"], verdict.body) == verdict.xml
