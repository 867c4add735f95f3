"""The walk through connecting an account names each mistake in both languages."""

import aiohttp
import pytest
from aiohttp import web
from wechat_world import ORIGINAL, SECRET, account_of

from triagebot.channels.wechat.check import Check
from triagebot.channels.wechat.check_words import _WORDS, Finding, Level


@pytest.fixture
def check(api, clock):
    async def run(account=None, url=""):
        async with aiohttp.ClientSession() as session:
            account = account or account_of(secret=SECRET)
            findings = await Check(account, api, session, clock, url).run()
        return {found.step: found for found in findings}

    return run


def levels(findings):
    return {step: found.level for step, found in findings.items() if found.level != Level.OK}


async def test_an_account_without_mistakes_has_no_findings_but_good_ones(check):
    assert levels(await check()) == {"no_url": Level.SKIPPED}


async def test_no_secret_ends_the_walk(check, tencent):
    found = await check(account_of())
    assert found["no_secret"].level is Level.WARNING
    assert not tencent.calls


@pytest.mark.parametrize(
    ("change", "step", "level"),
    [
        ({"mode": "plain"}, "plain_mode", Level.WARNING),
        ({"original_id": ""}, "no_original_id", Level.WARNING),
        ({"original_id": "my-brand"}, "original_id", Level.ERROR),
        ({"tokens": ("tokenNew1", "tokenOld1")}, "rotating", Level.WARNING),
        ({"allow_ips": ("106.55.206.0/24",)}, "allow_ips", Level.ERROR),
    ],
)
async def test_each_setting_that_is_not_right_is_named(check, change, step, level):
    found = await check(account_of(**{"secret": SECRET, "original_id": ORIGINAL, **change}))
    assert levels(found) == {"no_url": Level.SKIPPED, step: level}


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda t: setattr(t, "secret", "other"), "AppSecret"),
        (lambda t: setattr(t, "appid", "other"), "AppID"),
        (lambda t: setattr(t, "whitelist", set()), "203.0.113.9"),
        (lambda t: t.knobs.errcodes.append(40243), "40243"),
    ],
)
async def test_a_token_that_is_not_given_says_why(check, tencent, spoil, words):
    spoil(tencent)
    found = (await check())["token"]
    assert found.level is Level.ERROR
    assert words in found.words("zh")
    assert words in found.words("en")


async def test_wechat_out_of_reach_is_named(check, tencent):
    tencent.knobs.bad_gateway = 9
    found = await check()
    assert found["api_unreachable"].level is Level.ERROR


async def test_an_account_that_may_not_send_is_told_to_be_passive(check, tencent):
    tencent.certified = False
    assert (await check())["sending"].level is Level.ERROR
    passive = await check(account_of(secret=SECRET, passive_only=True))
    assert passive["passive_only"].level is Level.OK


@pytest.fixture
def callback(aiohttp_server):
    """A callback address that answers as told."""

    async def start(answer):
        app = web.Application()
        app.router.add_get("/wechat/main", answer)
        server = await aiohttp_server(app)
        return str(server.make_url("/wechat/main"))

    return start


def answering(text="{}", status=200, **headers):
    async def answer(request):
        body = text.replace("{}", request.query["echostr"])
        return web.Response(text=body, status=status, headers=headers)

    return answer


DATE = {"Date": "Mon, 21 Sep 2026 14:00:00 GMT"}
LATE = {"Date": "Mon, 21 Sep 2026 13:50:00 GMT"}


@pytest.mark.parametrize(
    ("answer", "step", "level"),
    [
        (answering(**DATE), "callback", Level.OK),
        (answering('"{}"', **DATE), "callback_altered", Level.ERROR),
        (answering("hello", **DATE), "callback_other", Level.ERROR),
        (answering(status=403, **DATE), "callback_token", Level.ERROR),
        (answering(status=301, Location="/x", **DATE), "callback_redirect", Level.ERROR),
        (answering(status=502, **DATE), "callback_other", Level.ERROR),
        (answering(**LATE), "clock", Level.ERROR),
    ],
)
async def test_each_answer_of_the_callback_has_its_name(check, callback, answer, step, level):
    found = await check(url=await callback(answer))
    assert found[step].level is level
    # The fake is on some port of loopback, which WeChat would not call.
    assert found["url_port"].level is Level.ERROR


async def test_our_own_server_passes_and_with_another_token_does_not(check, serve):
    pusher = await serve()
    assert (await check(url=pusher.url))["callback"].level is Level.OK
    other = account_of(secret=SECRET, tokens=("another1",))
    assert (await check(other, url=pusher.url))["callback_token"].level is Level.ERROR


async def test_an_address_nobody_answers_at_and_a_wrong_path_are_named(check, unused_tcp_port):
    found = await check(url=f"http://127.0.0.1:{unused_tcp_port}/other")
    assert found["callback_unreachable"].level is Level.ERROR
    assert "/wechat/main" in found["url_path"].en
    assert (await check(url="http://[broken"))["url_port"].level is Level.ERROR


@pytest.mark.parametrize("step", _WORDS)
def test_every_sentence_is_there_in_both_languages(step):
    zh, en = _WORDS[step]
    assert any("\u4e00" <= character <= "\u9fff" for character in zh)
    assert en.isascii() or "…" in en
    assert ("{detail}" in zh) == ("{detail}" in en)
    assert Finding(step, Level.OK, zh, en).words("zh") == zh
    assert Finding(step, Level.OK, zh, en).words("en") == en
