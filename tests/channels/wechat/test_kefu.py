"""Messages to fans: every kind, in order, and one honest end for each."""

import asyncio
from datetime import UTC, datetime

import pytest
from wechat_world import APPID, SECRET

from triagebot.channels.wechat import kefu_messages as m
from triagebot.channels.wechat.api import WeChatApi
from triagebot.channels.wechat.kefu import SEND, Kefu
from triagebot.channels.wechat.sent import SendState, Sent
from triagebot.channels.wechat.text_split import LIMIT
from triagebot.channels.wechat.tokens import Tokens
from triagebot.domain.message import Article, Inbound, Kind

FAN = "oFan1"
CARD = Article("标题", "说明", "https://example.com/p.jpg", "https://example.com")


def words(clock):
    return Inbound("wechat:main", FAN, f"k{clock()}", Kind.TEXT, "x", clock())


async def test_a_colleagues_face_and_the_grey_line_go_with_it(kefu, tencent):
    tencent.open_window(FAN)
    await kefu.send_text(FAN, "好", kf_account="test1@kftest", from_ai=True)
    body = tencent.sent[0].body
    assert body["customservice"] == {"kf_account": "test1@kftest"}
    assert body["aimsgcontext"] == {"is_ai_msg": 1}


async def test_a_long_text_goes_out_in_parts_in_order(kefu, tencent, note, left, clock):
    tencent.open_window(FAN)
    await note(words(clock))
    text = "".join(f"第{number}句话。" for number in range(300))
    sent = await kefu.send_text(FAN, text)
    parts = tencent.sent_to(FAN)
    assert sent.delivered
    assert sent.sent == len(parts) > 1
    assert "".join(parts) == text
    assert all(len(part.encode()) <= LIMIT for part in parts)
    assert await left(FAN) == 5 - len(parts)


async def test_texts_to_one_fan_never_overtake_each_other(kefu, tencent):
    tencent.open_window(FAN, left=30)
    texts = [f"{number}号" for number in range(20)]
    tencent.knobs.delay = 0.001
    await asyncio.gather(*(kefu.send_text(FAN, text) for text in texts))
    assert tencent.sent_to(FAN) == texts
    assert kefu._locks == {}


async def test_fans_do_not_wait_for_each_other(kefu, tencent):
    for number in range(10):
        tencent.open_window(f"oFan{number}")
    results = await asyncio.gather(*(kefu.send_text(f"oFan{n}", "好") for n in range(10)))
    assert all(sent.delivered for sent in results)


@pytest.mark.parametrize("text", ["", " \n", "\x00\x08"])
async def test_nothing_to_show_is_not_sent(kefu, tencent, text):
    assert (await kefu.send_text(FAN, text)).state is SendState.EMPTY
    assert tencent.calls[SEND] == 0


@pytest.mark.parametrize(
    ("errcode", "state"),
    [
        (40003, SendState.INVALID_FAN),
        (40007, SendState.REFUSED),
        (41006, SendState.REFUSED),
        (43004, SendState.WINDOW_CLOSED),
        (43019, SendState.WINDOW_CLOSED),
        (44004, SendState.REFUSED),
        (45008, SendState.REFUSED),
        (45009, SendState.QUOTA_USED),
        (45011, SendState.QUOTA_USED),
        (45015, SendState.WINDOW_CLOSED),
        (45047, SendState.MESSAGES_USED),
        (47001, SendState.REFUSED),
        (48001, SendState.NOT_ENTITLED),
        (48002, SendState.WINDOW_CLOSED),
        (48004, SendState.NOT_ENTITLED),
        (50002, SendState.WINDOW_CLOSED),
        (65400, SendState.NOT_ENTITLED),
        (40164, SendState.MISCONFIGURED),
        (-1, SendState.UNCERTAIN),
        (12345, SendState.REFUSED),
    ],
)
async def test_each_refusal_ends_in_its_state(kefu, tencent, errcode, state):
    tencent.open_window(FAN)
    tencent.knobs.only_path, tencent.knobs.errcodes = SEND, [0, errcode]
    messages = [m.text("一"), m.text("二"), m.text("三")]
    sent = await kefu.send(FAN, messages)
    assert (sent.state, sent.sent, sent.left) == (state, 1, tuple(messages[1:]))
    assert sent.errcode == errcode
    assert sent.rid
    assert sent.words("zh")
    assert sent.words("en")
    assert tencent.sent_to(FAN) == ["一"]
    assert tencent.calls[SEND] == 2


async def test_without_a_right_to_send_nothing_more_is_tried(kefu, tencent, caplog):
    tencent.open_window(FAN)
    tencent.certified = False
    assert (await kefu.send_text(FAN, "一")).state is SendState.NOT_ENTITLED
    assert kefu.passive_only
    assert (await kefu.send_text(FAN, "二")).state is SendState.NOT_ENTITLED
    assert tencent.calls[SEND] == 1
    assert "ALARM" in caplog.text


async def test_too_long_for_wechat_is_split_once_more(kefu, tencent, monkeypatch):
    monkeypatch.setattr("triagebot.fakewechat.platform.MAX_CONTENT", 1500)
    tencent.open_window(FAN)
    text = "这是一句话。" * 100
    assert (await kefu.send_text(FAN, text)).delivered
    assert "".join(tencent.sent_to(FAN)) == text


async def test_still_too_long_is_refused_and_not_tried_for_ever(kefu, tencent, monkeypatch):
    monkeypatch.setattr("triagebot.fakewechat.platform.MAX_CONTENT", 10)
    tencent.open_window(FAN)
    sent = await kefu.send_text(FAN, "这是一句话。" * 100)
    assert sent.state is SendState.REFUSED
    assert tencent.calls[SEND] == 2


@pytest.mark.parametrize("knob", ["drop_before", "drop_after", "bad_gateway", "truncate"])
async def test_a_lost_answer_is_uncertain_and_not_repeated(kefu, tencent, note, left, clock, knob):
    tencent.open_window(FAN)
    await note(words(clock))
    tencent.knobs.only_path = SEND
    setattr(tencent.knobs, knob, 1)
    sent = await kefu.send_text(FAN, "一")
    assert sent.state is SendState.UNCERTAIN
    assert not sent.may_repeat
    assert tencent.calls[SEND] == 1
    assert await left(FAN) == 4


async def test_where_asked_for_an_uncertain_one_is_repeated_once(api, ledger, tencent, pauses):
    async def sleep(seconds):
        pauses.append(seconds)

    kefu = Kefu(api, ledger, resend_ambiguous=True, sleep=sleep)
    tencent.open_window(FAN)
    tencent.knobs.only_path, tencent.knobs.errcodes = SEND, [-1]
    assert (await kefu.send_text(FAN, "一")).delivered
    tencent.knobs.errcodes = [-1, -1, -1]
    assert (await kefu.send_text(FAN, "二")).state is SendState.UNCERTAIN
    assert pauses == [1.0, 1.0]
    assert tencent.calls[SEND] == 4


async def test_no_connection_is_certain_and_may_be_repeated(kefu, tencent, unused_tcp_port):
    await kefu._api.get("/cgi-bin/getcallbackip")
    kefu._api._transport._base_url = f"http://127.0.0.1:{unused_tcp_port}"
    sent = await kefu.send_text(FAN, "一")
    assert sent.state is SendState.NOT_SENT
    assert sent.may_repeat


@pytest.mark.parametrize(
    ("errcode", "at"),
    [
        (45011, datetime(2026, 9, 21, 14, 1, tzinfo=UTC)),
        (45009, datetime(2026, 9, 21, 16, 1, tzinfo=UTC)),
    ],
)
def test_used_quota_waits_for_the_minute_or_for_midnight_in_china(clock, errcode, at):
    assert Sent(SendState.QUOTA_USED, errcode=errcode).repeat_at(clock()) == at
    assert Sent(SendState.WINDOW_CLOSED, errcode=45015).repeat_at(clock()) is None


async def test_a_closed_window_and_used_messages_are_taken_down(kefu, tencent, note, left, clock):
    tencent.open_window(FAN, left=1)
    await note(words(clock))
    messages = [m.text("一"), m.text("二")]
    assert (await kefu.send(FAN, messages)).state is SendState.MESSAGES_USED
    assert await left(FAN) == 0
    clock.move(hours=1)
    await note(words(clock))
    tencent.unfollow(FAN)
    assert (await kefu.send_text(FAN, "三")).state is SendState.WINDOW_CLOSED
    assert await left(FAN) == 0


async def test_typing_shows_or_does_not_and_nobody_is_troubled(kefu, tencent):
    assert not await kefu.typing(FAN)
    tencent.open_window(FAN)
    assert await kefu.typing(FAN)
    assert await kefu.typing(FAN, on=False)
    tencent.certified = False
    tencent.knobs.errcodes = [45081]
    assert not await kefu.typing(FAN)


async def test_many_nodes_share_one_token(transport, tencent, clock, ledger):
    tencent.open_window(FAN, left=10)
    for _ in range(3):
        tokens = Tokens(transport, APPID, SECRET, clock)
        node = Kefu(WeChatApi(transport, tokens), ledger)
        assert (await node.send_text(FAN, "好")).delivered
    assert len(tencent._older) == 0
