"""One token for all who wait; renewed in time; never a storm of token calls."""

import asyncio

import pytest
from wechat_world import APPID, SECRET

from triagebot.channels.wechat.api_errors import (
    Ambiguous,
    Misconfigured,
    TokenRefused,
    Unreachable,
    WeChatApiError,
)
from triagebot.channels.wechat.tokens import PATH, Tokens
from triagebot.fakewechat.token_desk import Refusal

SEND = "/cgi-bin/message/custom/send"


@pytest.fixture
def tokens(transport, clock):
    return Tokens(transport, APPID, SECRET, clock, spread=lambda: 0.5)


async def test_all_who_wait_share_one_call(tokens, tencent):
    got = await asyncio.gather(*(tokens.get() for _ in range(50)))
    assert len(set(got)) == 1
    assert tencent.calls[PATH] == 1


async def test_a_token_is_kept_until_five_minutes_before_its_end(tokens, tencent, clock):
    first = await tokens.get()
    clock.move(seconds=7200 - 300 - 31)
    assert await tokens.get() == first
    assert tencent.calls[PATH] == 1
    clock.move(seconds=32)
    assert await tokens.get() != first
    assert tencent.calls[PATH] == 2


async def test_a_token_that_will_soon_end_is_not_asked_for_at_every_call(tokens, tencent, clock):
    tencent.knobs.same_token = True
    await tokens.get()
    clock.move(seconds=7000)
    for _ in range(10):
        await tokens.get()
    assert tencent.calls[PATH] == 2


async def test_nodes_do_not_kill_each_others_token(transport, clock, tencent):
    nodes = [Tokens(transport, APPID, SECRET, clock) for _ in range(3)]
    got = [await node.get() for node in nodes]
    assert len(set(got)) == 1


async def test_replacing_fetches_once_for_all_who_were_refused(tokens, tencent):
    old = await tokens.get()
    tencent.expire_tokens()
    got = await asyncio.gather(*(tokens.replace(old) for _ in range(20)))
    assert set(got) == {await tokens.get()}
    assert old not in got
    assert tencent.calls[PATH] == 2


async def test_a_newer_token_is_not_deleted_for_an_older_ones_failure(tokens, tencent):
    old = await tokens.get()
    tencent.expire_tokens()
    new = await tokens.replace(old)
    assert await tokens.replace(old) == new
    assert tencent.calls[PATH] == 2


async def test_the_same_token_again_is_the_end_of_it(tokens, tencent):
    old = await tokens.get()
    with pytest.raises(TokenRefused):
        await tokens.replace(old)
    assert tencent.calls[PATH] == 2


async def test_while_renewing_fails_the_old_token_is_used_to_its_end(tokens, tencent, clock):
    first = await tokens.get()
    tencent.knobs.bad_gateway = 1
    clock.move(seconds=7000)
    assert await tokens.get() == first
    tencent.knobs.bad_gateway = 1
    clock.move(seconds=201)
    with pytest.raises(Ambiguous):
        await tokens.get()


@pytest.mark.parametrize(
    ("spoil", "errcode"),
    [
        (lambda t: setattr(t, "secret", "other"), 40125),
        (lambda t: setattr(t, "appid", "other"), 40013),
        (lambda t: setattr(t, "whitelist", set()), 40164),
        (lambda t: t.knobs.errcodes.append(40001), 40001),
        (lambda t: t.knobs.errcodes.append(89503), 89503),
    ],
)
async def test_what_the_owner_must_put_right_is_not_tried_again_at_once(
    tokens, tencent, clock, spoil, errcode
):
    spoil(tencent)
    for _ in range(5):
        with pytest.raises(Misconfigured) as failure:
            await tokens.get()
        assert failure.value.errcode == errcode
    assert tencent.calls[PATH] == 1
    tencent.secret, tencent.appid, tencent.whitelist = SECRET, APPID, None
    clock.move(seconds=31)
    assert await tokens.get()


async def test_our_own_address_is_in_the_words(tokens, tencent):
    tencent.whitelist = set()
    with pytest.raises(Misconfigured, match="203.0.113.9"):
        await tokens.get()


async def test_a_persistent_40001_costs_two_token_calls_at_most(api, tencent):
    tencent.open_window("oFan1")
    tencent.knobs.always_40001 = True
    with pytest.raises(WeChatApiError):
        await api.post(SEND, {"touser": "oFan1"})
    assert tencent.calls[PATH] <= 2
    assert tencent.calls[SEND] <= 2


async def test_ever_new_tokens_that_are_all_refused_end_after_the_second(api, tencent):
    def refuse(text):
        tencent.expire_tokens()
        raise Refusal(40001)

    tencent._check_token = refuse
    with pytest.raises(TokenRefused):
        await api.post(SEND, {"touser": "oFan1"})
    assert (tencent.calls[PATH], tencent.calls[SEND]) == (2, 2)


async def test_an_expired_token_is_replaced_and_the_call_repeated_once(api, tencent):
    await api.get("/cgi-bin/getcallbackip")
    tencent.expire_tokens()
    answer = await api.get("/cgi-bin/getcallbackip")
    assert answer["ip_list"]
    assert tencent.calls["/cgi-bin/getcallbackip"] == 3
    assert tencent.calls[PATH] == 2


@pytest.mark.parametrize("errcode", [40001, 40014, 42001])
async def test_each_token_error_is_retried_once(api, tencent, errcode):
    await api.get("/cgi-bin/getcallbackip")
    tencent.expire_tokens()
    tencent.knobs.only_path, tencent.knobs.errcodes = "/cgi-bin/getcallbackip", [errcode]
    assert await api.get("/cgi-bin/getcallbackip")


async def test_no_token_means_that_nothing_was_sent(api, tencent, pauses):
    tencent.knobs.only_path, tencent.knobs.drop_after = PATH, 5
    with pytest.raises(Unreachable):
        await api.post(SEND, {"touser": "oFan1"})
    assert tencent.calls[SEND] == 0
    assert tencent.calls[PATH] == 2
    assert pauses == [1.0]


@pytest.mark.parametrize("content_type", ["application/json; encoding=utf-8", "text/plain"])
async def test_the_content_type_of_an_answer_does_not_matter(tokens, tencent, content_type):
    tencent.knobs.content_type = content_type
    assert await tokens.get()
