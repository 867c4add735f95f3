"""Texts are cut where a reader would pause, and nothing is torn."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from triagebot.channels.wechat.text_split import LIMIT, shorten, split_text

LINK = '<a href="https://example.com/a?b=1">点这里</a>'


@pytest.mark.parametrize(
    ("text", "limit", "parts"),
    [
        ("", 20, []),
        (" \n ", 20, []),
        ("short", 20, ["short"]),
        ("aaaa aaaa\n\nbb. bb\ncc", 18, ["aaaa aaaa", "bb. bb\ncc"]),
        ("aaaa. aaaa\nbbbb. bbbb", 18, ["aaaa. aaaa", "bbbb. bbbb"]),
        ("你好。再见。再会", 20, ["你好。再见。", "再会"]),
        ("你好！再见再见再见", 20, ["你好！", "再见再见再见"]),
        ("version 3.5 is out", 15, ["version 3.5 is", "out"]),
        ("aaaa bbbb cccc", 10, ["aaaa bbbb", "cccc"]),
        ("中" * 7, 9, ["中中中", "中中中", "中"]),
        ("ab👨‍👩‍👧cd", 20, ["ab👨‍👩‍👧", "cd"]),
        ("abc👨‍👩‍👧", 20, ["abc", "👨‍👩‍👧"]),
        ("aaae\u0301", 5, ["aaa", "e\u0301"]),
        ("🇨🇳🇨🇳🇨🇳", 17, ["🇨🇳🇨🇳", "🇨🇳"]),
        ("👍🏽👍🏽", 8, ["👍🏽", "👍🏽"]),
        (f"看这里：{LINK}，谢谢", 60, ["看这里：", f"{LINK}，谢谢"]),
        ("x" * 10, 4, ["xxxx", "xxxx", "xx"]),
    ],
)
def test_split_cuts_where_a_reader_would_pause(text, limit, parts):
    assert split_text(text, limit) == parts


PIECES = st.sampled_from(
    [
        "中文",
        "。",
        "\n",
        "\n\n",
        " ",
        "word",
        "👨‍👩‍👧",
        "🇨🇳",
        "e\u0301",
        LINK,
        "<a href=",
        "</a>",
        "!",
        "\u200d",
    ]
)


@given(st.lists(PIECES | st.text(max_size=5), max_size=60).map("".join), st.integers(60, 200))
@example("<a " + "x" * 300 + ">y</a>", 60)
@example("e" + "\u0301" * 300, 60)
def test_nothing_is_lost_and_every_part_fits(text, limit):
    parts = split_text(text, limit)
    assert all(0 < len(part.encode("utf-8", "surrogatepass")) <= limit for part in parts)
    assert all(part == part.strip() for part in parts)
    assert "".join("".join(parts).split()) == "".join(text.split())


@given(st.lists(PIECES, max_size=60).map("".join))
def test_links_and_joined_emoji_stay_whole(text):
    parts = split_text(text, 80)
    for whole in (LINK, "👨‍👩‍👧", "🇨🇳", "e\u0301"):
        assert sum(part.count(whole) for part in parts) == text.count(whole)


def test_a_shortened_text_fits_and_shows_that_it_was_cut():
    short = shorten("很长的答案。" * 500)
    assert len(short.encode()) <= LIMIT
    assert short.endswith("。…")
    assert shorten("短") == "短"
    assert shorten("") == ""
