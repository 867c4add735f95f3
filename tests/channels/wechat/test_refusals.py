"""One refusal for whatever is wrong, before anything is done."""

import asyncio
import gzip

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from wechat_world import OLD_KEY, OLD_TOKEN, TOKEN, account_of, post, sealed

from triagebot.channels.wechat.callback import Door
from triagebot.channels.wechat.crypto import WeChatCryptoError
from triagebot.channels.wechat.xml import MAX_BYTES, WeChatParseError
from triagebot.fakewechat.crypto import signature_of
from triagebot.fakewechat.pusher import text_xml


def prefixed(request, prefix):
    return request[0], prefix + request[1]


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


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    max_examples=300,
)
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
