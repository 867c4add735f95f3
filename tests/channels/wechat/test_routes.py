"""The callback as WeChat sees it: verification, the three modes, and one refusal for all."""

import asyncio
import gzip
import logging

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from wechat_crypto import encrypt, signature_of
from wechat_pusher import event_xml, text_xml
from wechat_world import APPID, KEY, OLD_KEY, OLD_TOKEN, TOKEN, account_of

from triagebot.channels.wechat.callback import Door
from triagebot.channels.wechat.crypto import WeChatCryptoError
from triagebot.channels.wechat.xml import MAX_BYTES, WeChatParseError
from triagebot.domain.message import Article, Reply
from triagebot.errors import Busy

MODES = ["plain", "compatible", "safe"]


async def post(pusher, query, body, **more):
    async with pusher.session.post(pusher.url, params=query, data=body, **more) as response:
        return response.status, await response.text()


@pytest.mark.parametrize("mode", MODES)
async def test_verification_echoes_exactly_in_every_mode(serve, mode):
    pusher = await serve(account_of(mode))
    assert await pusher.verify()
    assert await pusher.verify("<b>&\u4f60 ")
    pusher.token = "another1"
    assert not await pusher.verify()


@pytest.mark.parametrize("missing", ["signature", "timestamp", "nonce", "echostr"])
async def test_verification_without_a_part_is_refused(serve, missing):
    pusher = await serve()
    query = {**pusher.stamp(), "echostr": "1"}
    del query[missing]
    async with pusher.session.get(pusher.url, params=query) as response:
        assert response.status == 403


@pytest.mark.parametrize("mode", MODES)
async def test_a_message_is_answered_in_every_mode(serve, intake, mode):
    pusher = await serve(account_of(mode))
    push = await pusher.push(text_xml("什么时候发货"))
    assert push.seen == "echo: 什么时候发货"
    assert [v.kind for v in push.verdicts] == ["reply"]
    assert intake.calls[0].channel == "wechat:main"


@pytest.mark.parametrize("mode", MODES)
async def test_nothing_to_show_is_success_in_clear_text(serve, intake, mode):
    intake.think = lambda inbound: Reply()
    pusher = await serve(account_of(mode))
    push = await pusher.push(text_xml("你好"))
    assert push.verdicts[0].body == "success"


@pytest.mark.parametrize(
    ("xml", "shown"),
    [
        (event_xml("subscribe"), True),
        (event_xml("SCAN", EventKey="1"), True),
        (event_xml("CLICK", EventKey="1"), True),
        (event_xml("scancode_waitmsg", EventKey="1"), True),
        (event_xml("unsubscribe"), False),
        (event_xml("VIEW", EventKey="https://example.com"), False),
        (event_xml("LOCATION", Latitude="1"), False),
        (event_xml("never_heard_of"), False),
    ],
)
async def test_only_events_that_may_be_answered_are(serve, intake, xml, shown):
    pusher = await serve()
    push = await pusher.push(xml)
    assert push.verdicts[0].kind == ("reply" if shown else "success")
    assert len(intake.calls) == 1


async def test_cards_go_out_as_cards(serve, intake):
    card = Article("t", "d", "https://example.com/p.jpg", "https://example.com")
    intake.think = lambda inbound: Reply(articles=(card, card))
    pusher = await serve()
    push = await pusher.push(text_xml("卡片"))
    assert push.verdicts[0].kind == "reply"


def refusals():
    clear = text_xml("x")
    yield "no query", lambda p: ({}, clear)
    yield "clear text", lambda p: (p.stamp(), clear)
    yield (
        "clear text said to be raw",
        lambda p: ({**p.request(clear)[0], "encrypt_type": "raw"}, clear),
    )
    yield "clear text with an encrypted query", lambda p: (p.request(clear)[0], clear)
    yield "junk ciphertext", lambda p: (p.request(clear)[0], "<xml><Encrypt>AAAA</Encrypt></xml>")
    yield "another key", lambda p: sealed(p, clear, key=OLD_KEY)
    yield "another token", lambda p: sealed(p, clear, token=OLD_TOKEN)
    yield "another appid", lambda p: sealed(p, clear, appid="wx00000000000000bb")
    yield "another account inside", lambda p: sealed(p, text_xml("x", to="gh_other"))
    yield "another account throughout", lambda p: sealed(p, text_xml("x", to="gh_o"), to="gh_o")
    yield "other names outside and inside", lambda p: sealed(p, clear, to="gh_other")
    yield "junk inside", lambda p: sealed(p, "not XML")
    yield "a document type inside", lambda p: sealed(p, "<!DOCTYPE xml>" + clear)
    yield "a document type outside", lambda p: prefixed(p.request(clear), "<!DOCTYPE xml>")
    yield (
        "repeated inside",
        lambda p: sealed(p, clear.replace("</xml>", "<Content>y</Content></xml>")),
    )
    yield "too large", lambda p: (p.request(clear)[0], "x" * (MAX_BYTES + 1))
    yield "1 MB", lambda p: (p.request(clear)[0], "x" * 2**20)
    yield "empty", lambda p: (p.request(clear)[0], "")
    yield "a JSON body", lambda p: (p.request(clear)[0], '{"Encrypt": "x"}')


def sealed(pusher, xml, *, token=TOKEN, key=KEY, appid=APPID, to="gh_0a1b2c3d4e5f"):
    encrypted, stamp = encrypt(key, appid, xml), pusher.stamp()
    signature = signature_of(token, stamp["timestamp"], stamp["nonce"], encrypted)
    query = {**stamp, "encrypt_type": "aes", "msg_signature": signature}
    return query, f"<xml><ToUserName>{to}</ToUserName><Encrypt>{encrypted}</Encrypt></xml>"


def prefixed(request, prefix):
    return request[0], prefix + request[1]


@pytest.mark.parametrize(("name", "make"), list(refusals()), ids=[name for name, _ in refusals()])
async def test_whatever_is_wrong_gets_the_same_refusal(serve, intake, name, make):
    pusher = await serve()
    assert await post(pusher, *make(pusher)) == (403, "forbidden")
    assert intake.calls == []


async def test_the_refusals_would_pass_if_they_were_not_spoilt(serve, intake):
    """The twin of the test above: the unspoilt request goes through."""
    pusher = await serve()
    status, _ = await post(pusher, *sealed(pusher, text_xml("x")))
    assert status == 200
    assert len(intake.calls) == 1


async def test_an_unknown_account_is_refused_like_a_forged_request(serve):
    pusher = await serve()
    pusher.url = pusher.url.replace("main", "elsewhere")
    assert await post(pusher, *pusher.request(text_xml("x"))) == (403, "forbidden")


async def test_in_plain_mode_a_wrong_signature_is_refused(serve, intake):
    pusher = await serve(account_of("plain"))
    pusher.token = "another1"
    assert await post(pusher, *pusher.request(text_xml("x"))) == (403, "forbidden")
    assert intake.calls == []


async def test_a_repeated_parameter_is_refused(serve):
    pusher = await serve()
    query, body = pusher.request(text_xml("x"))
    assert (await post(pusher, [*query.items(), ("nonce", query["nonce"])], body))[0] == 403


async def test_a_zip_bomb_and_a_broken_zip_are_refused(serve):
    pusher = await serve()
    query, _ = pusher.request(text_xml("x"))
    headers = {"Content-Encoding": "gzip"}
    bomb = gzip.compress(b"x" * 10_000_000)
    assert len(bomb) < MAX_BYTES
    assert (await post(pusher, query, bomb, headers=headers))[0] == 403
    assert (await post(pusher, query, b"not gzip", headers=headers))[0] in (400, 403)


async def test_a_slow_body_is_refused_in_time(serve):
    pusher = await serve(within=0.2)
    query, _ = pusher.request(text_xml("x"))
    forever = asyncio.Event()

    async def slowly():
        yield b"<xml>"
        await forever.wait()

    assert (await post(pusher, query, slowly()))[0] == 403


@pytest.mark.parametrize("offset", [-301, 301])
async def test_a_stale_stamp_is_refused_only_where_that_is_wanted(serve, clock, offset):
    strict = await serve(account_of(freshness_seconds=300))
    query, body = strict.request(text_xml("x"))
    clock.move(seconds=offset)
    assert (await post(strict, query, body))[0] == 403
    lenient = await serve()
    assert (await post(lenient, query, body))[0] == 200


@pytest.mark.parametrize(
    ("allowed", "status"),
    [
        (("127.0.0.0/8",), 200),
        (("127.0.0.1", "::1"), 200),
        (("101.226.103.0/25", "106.55.206.146"), 403),
    ],
)
async def test_an_address_list_is_kept_to(serve, allowed, status):
    pusher = await serve(account_of(allow_ips=allowed))
    assert (await post(pusher, *pusher.request(text_xml("x"))))[0] == status
    assert await pusher.verify() == (status == 200)


@pytest.mark.parametrize(
    ("remote", "passes"),
    [("::ffff:10.0.0.7", True), ("10.0.0.8", False), (None, False), ("unix:", False)],
)
def test_addresses_are_compared_by_meaning(clock, remote, passes):
    door = Door(account_of(allow_ips=("10.0.0.7",)), clock)
    if passes:
        door.check_address(remote)
        return
    with pytest.raises(WeChatCryptoError):
        door.check_address(remote)


async def test_several_accounts_keep_their_own_keys(serve, intake):
    one = account_of()
    two = account_of(tokens=("tokenTwo2",), aes_keys=(OLD_KEY,), original_id="gh_two")
    pusher = await serve(one, accounts={"main": one, "shop": two})
    assert (await pusher.push(text_xml("a"))).seen == "echo: a"
    pusher.url = pusher.url.replace("main", "shop")
    assert (await post(pusher, *pusher.request(text_xml("a"))))[0] == 403
    pusher.token, pusher.aes_key = "tokenTwo2", OLD_KEY
    assert (await pusher.push(text_xml("b", to="gh_two"))).seen == "echo: b"


async def test_while_rotating_the_old_token_and_key_still_work(serve):
    pusher = await serve(account_of(tokens=(TOKEN, OLD_TOKEN), aes_keys=(KEY, OLD_KEY)))
    pusher.token, pusher.aes_key = OLD_TOKEN, OLD_KEY
    assert await pusher.verify()
    assert (await pusher.push(text_xml("a"))).seen == "echo: a"


async def test_a_store_that_stored_nothing_makes_wechat_repeat(serve, intake):
    intake.fault = Busy("full")
    pusher = await serve()
    assert (await post(pusher, *pusher.request(text_xml("x"))))[0] == 503


async def test_nothing_secret_or_personal_is_logged(serve, intake, caplog):
    caplog.set_level(logging.DEBUG, "triagebot")
    intake.fault = RuntimeError("bug")
    pusher = await serve()
    query, body = pusher.request(text_xml("我的电话13800138000", fan="oSecretFan"))
    await post(pusher, query, body)
    await post(pusher, {**query, "msg_signature": "0" * 40}, body)
    assert "ALARM" in caplog.text
    assert "refused: signature (main)" in caplog.text
    for secret in ("13800138000", "oSecretFan", TOKEN, KEY, query["nonce"], query["signature"]):
        assert secret not in caplog.text


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=300)
@given(part=st.sampled_from(["signature", "msg_signature", "timestamp", "nonce", "body"]),
       place=st.integers(0, 1000), code=st.integers(32, 126))  # fmt: skip
def test_no_mutated_request_is_accepted(clock, part, place, code):
    query, body = sealed(Stamps(), text_xml("x", msg_id=7))
    target = body if part == "body" else query[part]
    start = body.index("<Encrypt>") + 9 if part == "body" else 0
    room = body.index("</Encrypt>") - start if part == "body" else len(target)
    place = start + place % room
    changed = target[:place] + chr(code) + target[place + 1 :]
    if changed == target or (part == "body" and chr(code) == " "):
        return
    body = changed if part == "body" else body
    query = query if part == "body" else {**query, part: changed}
    with pytest.raises((WeChatCryptoError, WeChatParseError)):
        knock(Door(account_of(), clock), query, body)


def test_the_unmutated_request_is_accepted(clock):
    """The twin of the test above."""
    query, body = sealed(Stamps(), text_xml("x", msg_id=7))
    assert knock(Door(account_of(), clock), query, body).inbound.text == "x"


def knock(door, query, body):
    door.check_query(query)
    return door.open(query, body.encode())


class Stamps:
    def stamp(self):
        timestamp, nonce = "1790000000", "123456"
        return {
            "signature": signature_of(TOKEN, timestamp, nonce),
            "timestamp": timestamp,
            "nonce": nonce,
        }


async def test_head_is_not_a_way_in(serve):
    pusher = await serve()
    async with pusher.session.head(pusher.url, params={**pusher.stamp(), "echostr": "1"}) as r:
        assert r.status == 405
