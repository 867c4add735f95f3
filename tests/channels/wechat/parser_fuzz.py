"""Feeds the parser what no WeChat ever sent, with defusedxml and wechatpy as judges.

Run by itself it goes on for some seconds: `python -m tests.channels.wechat.parser_fuzz 600`.
"""

from __future__ import annotations

import random
import sys
import time
from pathlib import Path

import wechatpy
from defusedxml.ElementTree import fromstring

from triagebot.channels.wechat.parse import parse
from triagebot.channels.wechat.render import render
from triagebot.channels.wechat.xml import WeChatParseError
from triagebot.domain.message import Reply

SEEDS = [
    path.read_bytes()
    for path in sorted((Path(__file__).parents[2] / "recorded" / "wechat").glob("*.xml"))
]
PIECES = [
    b"<xml>", b"</xml>", b"<![CDATA[", b"]]>", b"<!DOCTYPE x>", b'<!ENTITY a "b">', b"&a;", b"&lt;",
    b"&#0;", b"&#x10FFFF;", b"<?xml version='1.0' encoding='gbk'?>", b"<MsgId>1</MsgId>",
    b"<Content/>", b"<CreateTime>-1</CreateTime>", b"<CreateTime>99999999999</CreateTime>",
    b"<FromUserName><![CDATA[]]></FromUserName>", b"\x00", b"\xff\xfe", b"\xef\xbb\xbf",
    b"\xed\xa0\x80", b"<a><a><a><a><a><a><a><a><a><a><a>", b"<!--", b"-->", b"<x y='1'/>",
    "😀👨‍👩‍👧".encode(), b"<MsgType>event</MsgType>", b"<Event>subscribe</Event>", b" " * 70_000,
]  # fmt: skip


def mutated(chance: random.Random) -> bytes:
    """Return a recorded body that some accidents have happened to."""
    body = bytearray(chance.choice(SEEDS))
    for _ in range(chance.choice((0, 1, 1, 2, 3, 8))):
        start = chance.randrange(len(body) + 1)
        end = min(len(body), start + chance.choice((0, 1, 4, 30)))
        body[start:end] = chance.choice(
            (
                chance.choice(PIECES),
                chance.randbytes(chance.randrange(5)),
                bytes(body[end : end + chance.randrange(60)]),
                b"",
            )
        )
    return bytes(body)


def judge(body: bytes) -> bool:
    """Return whether the parser took `body`.

    Raises AssertionError when it took what the others refuse, and whatever else it raises than
    its one refusal.
    """
    try:
        inbound = parse(body, channel="wechat:main", appid="wx00000000000000aa")
    except WeChatParseError:
        return False
    render(Reply(inbound.text or "好"), inbound)
    try:
        fromstring(body, forbid_dtd=True)
        assert wechatpy.parse_message(body) is not None
    except Exception as error:
        raise AssertionError(f"taken, but refused elsewhere: {error!r}: {body!r}") from error
    return True


def fuzz(seconds: float, seed: int) -> tuple[int, int]:
    """Return how many bodies were tried and how many of them taken, in so many seconds."""
    chance = random.Random(seed)
    until, tried, taken = time.monotonic() + seconds, 0, 0
    while time.monotonic() < until:
        taken += judge(mutated(chance))
        tried += 1
    return tried, taken


if __name__ == "__main__":
    tried, taken = fuzz(float(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 0)
    sys.stdout.write(f"{tried} bodies tried, {taken} taken, none that the others refuse\n")
