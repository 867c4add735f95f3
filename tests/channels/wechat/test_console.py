"""QR codes, the menu, notices, and what Tencent says of the account."""

from datetime import timedelta

import pytest

from triagebot.channels.wechat import menu, platform, qrcode, template
from triagebot.channels.wechat.menu import Button
from triagebot.channels.wechat.parse import HUMAN_KEY
from triagebot.errors import BadInput, ChannelRefused

HUMAN = Button("人工客服", "click", key=HUMAN_KEY)
SHOP = Button("商城", "view", url="https://example.com")


async def test_codes_for_a_while_and_for_ever(api):
    week = await qrcode.temporary(api, 123)
    assert week.seconds == 604800
    assert week.image_url.endswith("ticket=ticket%2F123%3D%3D")
    named = await qrcode.temporary(api, "launch", timedelta(hours=1))
    assert (named.ticket, named.seconds) == ("ticket/launch==", 3600)
    assert (await qrcode.permanent(api, "shop")).seconds is None


@pytest.mark.parametrize(
    ("make", "arguments"),
    [
        (qrcode.temporary, (0,)),
        (qrcode.temporary, (2**32,)),
        (qrcode.temporary, ("",)),
        (qrcode.temporary, ("x" * 65,)),
        (qrcode.temporary, (1, timedelta(days=31))),
        (qrcode.temporary, (1, timedelta(seconds=1))),
        (qrcode.permanent, (100_001,)),
    ],
)
async def test_impossible_codes_are_refused_here(api, make, arguments):
    with pytest.raises(BadInput):
        await make(api, *arguments)


async def test_a_menu_goes_up_and_comes_down_the_same(api, tencent):
    buttons = [
        HUMAN,
        Button("更多", buttons=(SHOP, Button("扫码", "scancode_waitmsg", key="scan"))),
        Button("小程序", "miniprogram", url="https://example.com", appid="wx1", pagepath="a"),
    ]
    await menu.push(api, buttons)
    assert await menu.pull(api) == buttons
    assert tencent.menu["button"][0] == {
        "name": "人工客服",
        "type": "click",
        "key": "TRIAGE_HUMAN",
    }
    await menu.remove(api)
    assert await menu.pull(api) == []


async def test_a_menu_made_in_the_console_is_read_too(api, tencent):
    sub = {"list": [{"type": "view", "name": "a", "url": "https://example.com"}]}
    tencent.menu = {"button": [{"name": "x", "sub_button": sub}]}
    (button,) = await menu.pull(api)
    assert button.buttons[0].url == "https://example.com"


@pytest.mark.parametrize(
    ("buttons", "field"),
    [
        ([], "button"),
        ([HUMAN] * 4, "button"),
        ([Button("", "click", key="k")], "button[1]"),
        ([HUMAN, Button("一二三四五六", "click", key="k")], "button[2]"),
        ([Button("x", "click")], "button[1]"),
        ([Button("x", "view", url="https://" + "x" * 1024)], "button[1]"),
        ([Button("x", "fly", key="k")], "button[1]"),
        ([Button("x", "miniprogram", url="u", appid="a")], "button[1]"),
        ([Button("x", buttons=(HUMAN,) * 6)], "button[1]"),
        ([Button("x", buttons=(Button("y", buttons=(HUMAN,)),))], "button[1][1]"),
    ],
)
async def test_a_menu_wechat_would_not_take_names_the_button(api, tencent, buttons, field):
    with pytest.raises(BadInput) as failure:
        await menu.push(api, buttons)
    assert list(failure.value.fields) == [field]
    assert tencent.menu == {}


async def test_a_notice_with_an_id_is_sent_once_however_often_it_is_tried(api, tencent):
    notice = template.Notice(
        "tpl", {"keyword1": "客服已回复"}, "n1", url="https://example.com", mini_appid="wx1"
    )
    tencent.knobs.only_path, tencent.knobs.drop_after = template.SEND, 1
    assert await template.send(api, "oFan1", notice) == "200000001"
    assert len(tencent.notices) == 1
    assert tencent.notices[0]["data"] == {"keyword1": {"value": "客服已回复"}}
    assert tencent.notices[0]["miniprogram"] == {"appid": "wx1", "pagepath": ""}


async def test_a_notice_without_an_id_is_never_tried_twice(api, tencent):
    tencent.knobs.only_path, tencent.knobs.drop_after = template.SEND, 1
    with pytest.raises(ChannelRefused):
        await template.send(api, "oFan1", template.Notice("tpl", {}))
    assert len(tencent.notices) == 1


async def test_refused_notices_say_why(api):
    with pytest.raises(ChannelRefused, match="banned"):
        await template.send(api, "oFan1", template.Notice("banned", {}))
    with pytest.raises(ChannelRefused, match="refuses"):
        await template.send_subscribed(api, "oRefuses1", template.Notice("tpl", {}, url="p"))
    await template.send_subscribed(api, "oFan1", template.Notice("tpl", {}, url="p"))


@pytest.mark.parametrize(
    ("status", "meaning"),
    [
        ("success", "delivered"),
        ("failed:user block", "blocked"),
        ("failed: user block", "blocked"),
        ("failed: system failed", "failed"),
        ("", "failed"),
    ],
)
def test_the_result_of_a_notice_is_read_with_or_without_blanks(status, meaning):
    assert template.status_of(status) == meaning


async def test_quota_is_shown_and_set_back_only_when_asked(api, tencent):
    tencent.daily_left = 0
    tencent.open_window("oFan1")
    path = "/cgi-bin/message/custom/send"
    assert await platform.quota(api, path) == platform.Quota(500_000, 500_000, 0)
    with pytest.raises(ChannelRefused):
        await api.post(path, {"touser": "oFan1", "msgtype": "text", "text": {"content": "x"}})
    assert tencent.cleared == 0
    await platform.clear_quota(api, tencent.appid)
    assert (await platform.quota(api, path)).left == 500_000


async def test_wechats_own_addresses_are_compared_with_the_list(api):
    addresses = await platform.callback_addresses(api)
    assert addresses == ("106.55.206.146", "101.226.103.0/25")
    assert platform.not_let_in(addresses, ["106.55.206.0/24", "::/0"]) == ["101.226.103.0/25"]
    assert platform.not_let_in(addresses, ["0.0.0.0/0"]) == []
    assert platform.not_let_in(["101.226.103.0/25"], ["101.226.103.0/26"]) != []
