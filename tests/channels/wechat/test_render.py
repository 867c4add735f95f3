"""Passive replies are XML that WeChat shows, whatever the words are."""

from datetime import UTC, datetime
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from triagebot.channels.wechat import render as r
from triagebot.channels.wechat.text_split import LIMIT
from triagebot.domain.message import Article, Inbound, Kind, Option, Reply

ADDRESS = r.Address("oFan1", "gh_1", 1790000000)
CARD = Article("新机发布", "今晚八点", "https://example.com/p.jpg", "https://example.com/?a=1&b=2")
MENU = (Option("1", "怎么退货"), Option("2", "多久到账"), Option("none", "以上都不是"))


def inbound(kind=Kind.TEXT):
    sent_at = datetime.fromtimestamp(1790000000, UTC)
    detail = {"ToUserName": "gh_1"}
    return Inbound("wechat:main", "oFan1", "k", kind, "", sent_at, detail=detail)


def read(xml):
    return ElementTree.fromstring(xml)


@pytest.mark.parametrize(
    ("xml", "kind", "values"),
    [
        (r.text(ADDRESS, "你好\n<a>"), "text", {"Content": "你好\n<a>"}),
        (r.image(ADDRESS, "m1"), "image", {"Image/MediaId": "m1"}),
        (r.voice(ADDRESS, "m2"), "voice", {"Voice/MediaId": "m2"}),
        (r.video(ADDRESS, "m3", "t", "d"), "video", {"Video/MediaId": "m3", "Video/Title": "t"}),
        (
            r.music(ADDRESS, "m4", url="https://example.com/a.mp3", title="t"),
            "music",
            {
                "Music/ThumbMediaId": "m4",
                "Music/MusicUrl": "https://example.com/a.mp3",
                "Music/HQMusicUrl": "https://example.com/a.mp3",
            },
        ),
        (
            r.news(ADDRESS, [CARD, CARD]),
            "news",
            {"ArticleCount": "2", "Articles/item/Url": CARD.url},
        ),
        (r.transfer(ADDRESS), "transfer_customer_service", {}),
        (
            r.transfer(ADDRESS, "test1@test"),
            "transfer_customer_service",
            {"TransInfo/KfAccount": "test1@test"},
        ),
    ],
)
def test_each_kind_has_the_layout_of_the_manual(xml, kind, values):
    assert xml.startswith("<xml>")
    root = read(xml)
    assert root.findtext("MsgType") == kind
    assert root.findtext("ToUserName") == "oFan1"
    assert root.findtext("FromUserName") == "gh_1"
    assert root.findtext("CreateTime") == "1790000000"
    assert {name: root.findtext(name) for name in values} == values


def test_names_are_swapped_and_the_time_is_the_fans():
    root = read(r.render(Reply("好"), inbound()))
    assert root.findtext("ToUserName") == "oFan1"
    assert root.findtext("FromUserName") == "gh_1"
    assert root.findtext("CreateTime") == "1790000000"


def test_options_become_numbered_lines():
    root = read(r.render(Reply("您是想问：", MENU), inbound()))
    assert root.findtext("Content") == "您是想问：\n1. 怎么退货\n2. 多久到账\n3. 以上都不是"


def test_cards_alone_are_cards_one_for_a_message_eight_for_an_event():
    cards = Reply(articles=(CARD,) * 9)
    assert read(r.render(cards, inbound())).findtext("ArticleCount") == "1"
    assert read(r.render(cards, inbound(Kind.EVENT))).findtext("ArticleCount") == "8"


def test_cards_beside_words_become_links():
    content = read(r.render(Reply("看这里", articles=(CARD,)), inbound())).findtext("Content")
    assert content == '看这里\n<a href="https://example.com/?a=1&b=2">新机发布</a>'


@pytest.mark.parametrize("reply", [Reply(), Reply(" \n "), Reply("\x00\x08")])
def test_nothing_to_show_renders_to_nothing(reply):
    assert r.render(reply, inbound()) == ""


def test_long_words_give_way_to_the_options():
    reply = Reply("很长的说明。" * 300, MENU)
    assert not r.fits(reply)
    content = read(r.render(reply, inbound())).findtext("Content")
    assert len(content.encode()) <= LIMIT
    assert content.endswith("…\n1. 怎么退货\n2. 多久到账\n3. 以上都不是")


def test_many_long_options_alone_still_fit():
    reply = Reply("问", tuple(Option(str(n), "很长的选项" * 40) for n in range(9)))
    assert len(read(r.render(reply, inbound())).findtext("Content").encode()) <= LIMIT


@given(st.text(alphabet=st.characters(codec=None), max_size=80))
def test_any_words_are_readable_xml_with_only_the_forbidden_gone(words):
    content = read(r.text(ADDRESS, words)).findtext("Content") or ""
    legal = words.replace("\r\n", "\n").replace("\r", "\n")
    assert content == "".join(c for c in legal if allowed(ord(c)))


@given(st.text(alphabet="]>[<!CDAT&", max_size=30))
def test_nothing_in_the_words_ends_the_cdata(words):
    assert (read(r.text(ADDRESS, words)).findtext("Content") or "") == words


def test_plain_cdata_without_the_split_would_break():
    """The twin of the test above: the check notices a renderer that does not split."""
    naive = f"<xml><Content><![CDATA[{'a]]>b<'}]]></Content></xml>"
    with pytest.raises(ElementTree.ParseError):
        read(naive)


@given(st.text(max_size=50), st.lists(st.text(max_size=30), max_size=5), st.integers(0, 3000))
def test_any_reply_is_within_the_limit(text, titles, more):
    reply = Reply(text + "字" * more, tuple(Option("x", title) for title in titles))
    xml = r.render(reply, inbound())
    if xml:
        assert 0 < len((read(xml).findtext("Content") or "").encode()) <= LIMIT


def allowed(code):
    return (
        code in (0x9, 0xA)
        or 0x20 <= code <= 0xD7FF
        or 0xE000 <= code <= 0xFFFD
        or 0x10000 <= code <= 0x10FFFF
    )
