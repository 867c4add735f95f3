"""The callback as WeChat sees it: verification, the three modes, and one refusal for all."""

import logging

import pytest
from wechat_world import KEY, OLD_KEY, OLD_TOKEN, TOKEN, account_of, post

from triagebot.channels.wechat.callback import Door
from triagebot.channels.wechat.crypto import WeChatCryptoError
from triagebot.domain.message import Article, Reply
from triagebot.errors import Busy
from triagebot.fakewechat.pusher import event_xml, text_xml

MODES = ["plain", "compatible", "safe"]


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


async def test_head_is_not_a_way_in(serve):
    pusher = await serve()
    async with pusher.session.head(pusher.url, params={**pusher.stamp(), "echostr": "1"}) as r:
        assert r.status == 405
