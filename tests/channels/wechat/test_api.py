"""Calls: raw UTF-8 out, typed errors in, and a second try only where it does no harm."""

import logging

import aiohttp
import pytest
from aiohttp import web
from wechat_world import APPID, SECRET

from triagebot.channels.wechat import api_errors as e
from triagebot.channels.wechat.api_words import meaning
from triagebot.channels.wechat.transport import Transport, rid_of
from triagebot.errors import ChannelRefused

SEND = "/cgi-bin/message/custom/send"
LIST = "/cgi-bin/getcallbackip"
MESSAGE = {"touser": "oFan1", "msgtype": "text", "text": {"content": '你好 😀 \\ " <a>'}}


async def test_json_goes_out_as_raw_utf8(api, tencent):
    tencent.open_window("oFan1")
    await api.post(SEND, MESSAGE)
    body = next(body for path, body in tencent.bodies if path == SEND)
    assert "你好 😀".encode() in body
    assert b"\\u" not in body
    assert tencent.sent[0].body == MESSAGE


@pytest.mark.parametrize(
    ("errcode", "kind"),
    [
        (40003, e.InvalidFan),
        (43004, e.WindowClosed),
        (43019, e.WindowClosed),
        (45015, e.WindowClosed),
        (48002, e.WindowClosed),
        (50002, e.WindowClosed),
        (45047, e.MessagesUsed),
        (45009, e.QuotaUsed),
        (45011, e.QuotaUsed),
        (48001, e.NotEntitled),
        (48004, e.NotEntitled),
        (65400, e.NotEntitled),
        (40164, e.Misconfigured),
        (45002, e.TooLong),
        (40007, e.Rejected),
        (44004, e.Rejected),
        (45008, e.Rejected),
        (47001, e.Rejected),
        (99999, e.Rejected),
        (-1, e.Overloaded),
    ],
)
async def test_each_errcode_has_its_class(api, tencent, errcode, kind):
    tencent.knobs.only_path, tencent.knobs.errcodes = SEND, [errcode]
    with pytest.raises(kind) as failure:
        await api.post(SEND, MESSAGE)
    assert type(failure.value) is kind
    assert isinstance(failure.value, ChannelRefused)
    assert failure.value.errcode == errcode
    assert failure.value.rid.count("-") == 2
    assert tencent.calls[SEND] == 1


@pytest.mark.parametrize("errcode", [40003, 45015, 45047, 48001, 99999, -1])
def test_every_errcode_has_words_in_both_languages(errcode):
    words = meaning(errcode)
    assert set(words) == {"zh", "en"}
    assert all(str(errcode) in text for text in words.values())


@pytest.mark.parametrize(
    ("knob", "error"),
    [
        ("drop_before", e.Ambiguous),
        ("drop_after", e.Ambiguous),
        ("bad_gateway", e.Ambiguous),
        ("truncate", e.Ambiguous),
    ],
)
async def test_a_send_of_unknown_fate_is_never_repeated(api, tencent, knob, error):
    tencent.open_window("oFan1")
    await api.get(LIST)
    tencent.knobs.only_path = SEND
    setattr(tencent.knobs, knob, 1)
    with pytest.raises(error):
        await api.post(SEND, MESSAGE)
    assert tencent.calls[SEND] == 1


@pytest.mark.parametrize("knob", ["drop_before", "drop_after", "bad_gateway", "truncate"])
async def test_what_only_reads_is_tried_again_once(api, tencent, pauses, knob):
    await api.get(LIST)
    tencent.knobs.only_path = LIST
    setattr(tencent.knobs, knob, 1)
    assert await api.get(LIST)
    setattr(tencent.knobs, knob, 5)
    with pytest.raises(e.Ambiguous):
        await api.get(LIST)
    # aiohttp itself repeats a GET when a kept connection breaks, and no other method.
    assert tencent.calls[LIST] == (7 if knob.startswith("drop") else 5)
    assert set(pauses) == {1.0}


async def test_no_connection_is_certain_and_tried_again_once(api, tencent, pauses, unused_tcp_port):
    await api.get(LIST)
    api._transport._base_url = f"http://127.0.0.1:{unused_tcp_port}"
    with pytest.raises(e.Unreachable):
        await api.post(SEND, MESSAGE)
    assert pauses == [1.0]


async def test_a_redirect_is_not_followed(aiohttp_server):
    asked = []

    async def elsewhere(request):
        asked.append(request.path)
        raise web.HTTPFound("/other?access_token=" + request.query.get("access_token", ""))

    app = web.Application()
    app.router.add_get("/{path:.*}", elsewhere)
    server = await aiohttp_server(app)
    async with aiohttp.ClientSession() as session:
        with pytest.raises(e.Ambiguous):
            await Transport(session, str(server.make_url(""))).send("GET", LIST)
    assert asked == [LIST]


async def test_a_slow_answer_is_given_up(tencent):
    tencent.knobs.delay = 5
    async with aiohttp.ClientSession() as session:
        transport = Transport(session, tencent.url, aiohttp.ClientTimeout(total=0.5))
        with pytest.raises(e.Ambiguous):
            await transport.send("GET", LIST)


async def test_an_errcode_may_be_text(api, tencent):
    answer = {"errcode": "0", "errmsg": "ok", "ip_list": ["x"]}
    tencent.do_getcallbackip = lambda q: answer
    assert await api.get(LIST) == answer
    answer["errcode"] = "45009"
    with pytest.raises(e.QuotaUsed):
        await api.get(LIST)
    answer["errcode"] = "soon"
    with pytest.raises(e.Ambiguous):
        await api.get(LIST)


@pytest.mark.parametrize(
    ("errmsg", "rid"),
    [
        ("invalid openid rid: 5f3ded7d-22929d02-4ba1f5f6", "5f3ded7d-22929d02-4ba1f5f6"),
        ("invalid hint: [IVHYVA0391ge31]", "IVHYVA0391ge31"),
        ("ok", ""),
        ("rid: \n", ""),
    ],
)
def test_the_request_id_is_found(errmsg, rid):
    assert rid_of(errmsg) == rid


async def test_logs_have_the_rid_and_never_token_secret_or_text(api, tencent, caplog):
    caplog.set_level(logging.DEBUG)
    tencent.open_window("oFan1", left=0)
    with pytest.raises(e.MessagesUsed) as failure:
        await api.post(SEND, MESSAGE)
    tencent.knobs.only_path, tencent.knobs.drop_after = SEND, 1
    with pytest.raises(e.Ambiguous) as lost:
        await api.post(SEND, MESSAGE)
    ours = "\n".join(r.getMessage() for r in caplog.records if r.name.startswith("triagebot"))
    assert failure.value.rid in ours
    token = tencent._current["stable"].text
    for secret in (token, SECRET, APPID, "oFan1", "你好", "access_token="):
        assert secret not in ours
        assert secret not in str(failure.value) + str(lost.value)
        assert secret not in repr(lost.value.__cause__)


async def test_a_huge_answer_is_not_taken(api, tencent, monkeypatch):
    monkeypatch.setattr("triagebot.channels.wechat.transport.MAX_ANSWER", 100_000)
    tencent.do_getcallbackip = lambda q: {"ip_list": ["x" * 300_000]}
    with pytest.raises(e.Ambiguous):
        await api.get(LIST)
