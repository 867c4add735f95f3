"""What is read without a parser is exactly what the parser reads."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from triagebot.channels.wechat import xml
from triagebot.channels.wechat.xml import WeChatParseError, read_fields

USUAL = (
    "<xml><ToUserName><![CDATA[gh_1]]></ToUserName>\n<CreateTime>1348831860</CreateTime>\n"
    "<Content><![CDATA[什么时候<发货> &amp; ]] 😀]]></Content>\n<MsgId>23</MsgId>\n</xml>"
)
PIECES = [
    "<xml>", "</xml>", "<Content>", "</Content>", "<![CDATA[", "]]>", "]]", "]", ">", "<", "&",
    "&amp;", "<MsgId>", "</MsgId>", "12", "你好", " ", "\n", "\r", "\t", "\x00", "\x1f", "\x7f",
    "\x85", "\ufffe", "\ufeff", "😀", "<a/>", "<!-- -->", "<?pi?>", "<!DOCTYPE xml>", "xml",
    "<A>", "</A>", "<B x='1'>",
]  # fmt: skip


def read(body: bytes):
    try:
        return list(read_fields(body).items())
    except WeChatParseError as error:
        return error.reason


def parsed(body: bytes):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(xml, "_read_usual", lambda text: None)
        return read(body)


def test_a_usual_message_needs_no_parser(monkeypatch):
    expected = parsed(USUAL.encode())
    monkeypatch.setattr(xml, "_parse", None)
    assert read(USUAL.encode()) == expected
    assert dict(expected)["Content"] == "什么时候<发货> &amp; ]] 😀"


@settings(max_examples=400)
@given(st.lists(st.sampled_from(PIECES), max_size=14))
def test_whatever_comes_is_read_the_same(pieces):
    body = "".join(pieces).encode()
    assert read(body) == parsed(body)
    body = f"<xml>{body.decode()}</xml>".encode()
    assert read(body) == parsed(body)


@settings(max_examples=400)
@given(
    place=st.integers(0, len(USUAL)), gone=st.integers(0, 4), piece=st.sampled_from(["", *PIECES])
)
def test_a_changed_message_is_read_the_same(place, gone, piece):
    body = (USUAL[:place] + piece + USUAL[place + gone :]).encode()
    assert read(body) == parsed(body)
