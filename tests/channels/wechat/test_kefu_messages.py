"""Every kind of customer-service message is as in the manual."""

import pytest

from triagebot.channels.wechat import kefu_messages as m
from triagebot.channels.wechat.sent import SendState, Sent
from triagebot.domain.message import Article, Option, Reply

FAN = "oFan1"
CARD = Article("标题", "说明", "https://example.com/p.jpg", "https://example.com")


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        (m.text("你好"), {"content": "你好"}),
        (m.image("m1"), {"media_id": "m1"}),
        (m.voice("m1"), {"media_id": "m1"}),
        (
            m.video("m1", "t1", "标题", "说明"),
            {"media_id": "m1", "thumb_media_id": "t1", "title": "标题", "description": "说明"},
        ),
        (
            m.music("t1", url="https://example.com/a"),
            {
                "title": "",
                "description": "",
                "musicurl": "https://example.com/a",
                "hqmusicurl": "https://example.com/a",
                "thumb_media_id": "t1",
            },
        ),
        (
            m.news(CARD),
            {
                "articles": [
                    {
                        "title": "标题",
                        "description": "说明",
                        "url": "https://example.com",
                        "picurl": "https://example.com/p.jpg",
                    }
                ]
            },
        ),
        (m.mpnews("m1"), {"media_id": "m1"}),
        (m.mpnewsarticle("a1"), {"article_id": "a1"}),
        (
            m.menu("满意吗？", [Option("101", "满意"), Option("102", "不满意")], "谢谢"),
            {
                "head_content": "满意吗？",
                "list": [{"id": "101", "content": "满意"}, {"id": "102", "content": "不满意"}],
                "tail_content": "谢谢",
            },
        ),
        (m.card("c1"), {"card_id": "c1"}),
        (
            m.mini_program("wx1", "pages/index", "t1", "商城"),
            {"title": "商城", "appid": "wx1", "pagepath": "pages/index", "thumb_media_id": "t1"},
        ),
    ],
)
async def test_every_kind_of_message_is_as_in_the_manual(kefu, tencent, message, expected):
    tencent.open_window(FAN)
    sent = await kefu.send(FAN, [message])
    assert sent == Sent(SendState.DELIVERED, sent=1)
    body = tencent.sent[0].body
    assert body == {"touser": FAN, "msgtype": message["msgtype"], message["msgtype"]: expected}


async def test_a_reply_keeps_its_options_as_numbers_or_as_a_menu(kefu, tencent):
    tencent.open_window(FAN, left=10)
    reply = Reply("您是想问：", (Option("a", "退货"), Option("none", "以上都不是")), (CARD,))
    assert (await kefu.send_reply(FAN, reply)).sent == 2
    assert tencent.sent_to(FAN) == ["您是想问：\n1. 退货\n2. 以上都不是", "news"]
    assert (await kefu.send_reply(FAN, reply, as_menu=True)).sent == 2
    menu = tencent.sent[2].body["msgmenu"]
    assert menu["head_content"] == "您是想问："
    assert menu["list"][1] == {"id": "none", "content": "以上都不是"}
