"""Somebody without an account types as a fan, and sees what a fan would see."""

import pytest

from triagebot.domain.message import Event, Reply
from triagebot.fakewechat.console import FanConsole


@pytest.fixture
async def console(serve, tencent):
    pusher = await serve()
    told = []
    console = FanConsole(tencent, pusher, "gh_0a1b2c3d4e5f", told.append)
    console.told = told
    return console


async def test_words_are_answered(console, intake):
    assert await console.say("什么时候发货\n")
    assert [(line.who, line.words) for line in console.told] == [("bot", "echo: 什么时候发货")]
    assert intake.calls[0].fan == "oFan1"


async def test_acts_arrive_as_events(console, intake, tencent):
    for line in ("/follow launch", "/scan shop-7", "/click TRIAGE_HUMAN", "/unfollow"):
        assert await console.say(line)
    assert [call.event for call in intake.calls] == [
        Event.FOLLOW, Event.SCAN, Event.CLICK, Event.UNFOLLOW,
    ]  # fmt: skip
    assert [call.detail.get("scene") for call in intake.calls[:2]] == ["launch", "shop-7"]
    assert not tencent.followers["oFan1"]["subscribe"]


async def test_another_fan_silence_help_and_the_end(console, intake):
    await console.say("/as oLeo")
    intake.think = lambda inbound: Reply()
    await console.say("你好")
    await console.say("/what")
    assert intake.calls[0].fan == "oLeo"
    assert [line.who for line in console.told] == ["note", "note"]
    assert await console.say("/quit") is False


async def test_what_an_agent_sends_later_is_told(console, kefu, tencent):
    await console.say("在吗")
    await kefu.send_text("oFan1", "我是客服")
    console.hear()
    console.hear()
    assert [line.words for line in console.told if line.who == "agent"] == ["oFan1: 我是客服"]


async def test_a_fault_is_named_and_shown_as_the_fan_sees_it(console, intake):
    console._pusher.token = "wrongToken"
    await console.say("你好")
    (line,) = console.told
    assert "故障" in line.words
    assert "HTTP 403" in line.words
