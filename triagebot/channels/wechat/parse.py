"""Turns WeChat's fields into an `Inbound`."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache

from triagebot.channels.wechat.xml import WeChatParseError, read_fields, without
from triagebot.domain.message import Event, Inbound, Kind

UNSUPPORTED_TEXT = "【收到不支持的消息类型，暂无法显示】"
"""What WeChat writes in place of a message it cannot pass on; no fan ever typed it."""

_KINDS = {
    "text": Kind.TEXT,
    "image": Kind.IMAGE,
    "voice": Kind.VOICE,
    "video": Kind.VIDEO,
    "shortvideo": Kind.VIDEO,
    "location": Kind.LOCATION,
    "link": Kind.LINK,
    "event": Kind.EVENT,
}
_EVENTS = {
    "subscribe": Event.FOLLOW,
    "unsubscribe": Event.UNFOLLOW,
    "scan": Event.SCAN,
    "click": Event.CLICK,
}
HUMAN_KEY = "TRIAGE_HUMAN"
"""The key of our own button that asks for a person."""

HUMAN_WORDS = "转人工"
_HAN = re.compile(r"[\u4e00-\u9fff]")
_WORDS = {Kind.TEXT: "Content", Kind.VOICE: "Recognition"}
_SCENE = "qrscene_"
_OPENID = re.compile(r"[A-Za-z0-9_@.-]{1,64}")
_SECONDS = re.compile(r"[0-9]{1,11}")
_LATEST = 253402300799  # the last second of the year 9999
_ANSWERED_EVENTS = frozenset({"subscribe", "scan", "click", "scancode_waitmsg"})


def parse(body: bytes, *, channel: str, appid: str) -> Inbound:
    """Return what WeChat's XML `body` says.

    Kinds we do not know become `Kind.UNKNOWN` with the XML under `xml` in the detail. Raises
    WeChatParseError when nobody could tell who sent what when.
    """
    fields = read_fields(body)
    plain = {name: text.strip() for name, text in fields.items() if name != "Content"}
    plain.pop("Encrypt", None)  # compatible mode's second copy
    fan, sent_at = _required(plain, "FromUserName"), _required(plain, "CreateTime")
    _required(plain, "ToUserName")
    if not _OPENID.fullmatch(fan):
        raise WeChatParseError("FromUserName")
    content = fields.get("Content", "")
    kind = _kind(plain, content)
    detail = _detail(plain, kind)
    if kind is Kind.UNKNOWN:
        detail["xml"] = body.decode("utf-8")
    return Inbound(
        channel=channel,
        fan=fan,
        key=_key(appid, plain, content),
        kind=kind,
        text=_words(kind, plain, content),
        sent_at=_time(sent_at),
        event=_event(plain) if kind is Kind.EVENT else None,
        detail=detail,
    )


def may_answer(inbound: Inbound) -> bool:
    """Say whether WeChat shows the fan a passive reply to this."""
    if inbound.kind is not Kind.EVENT:
        return True
    return inbound.detail.get("Event", "").lower() in _ANSWERED_EVENTS


def _required(fields: Mapping[str, str], name: str) -> str:
    text = fields.get(name, "")
    if not text:
        raise WeChatParseError(name)
    return text


def _kind(fields: Mapping[str, str], content: str) -> Kind:
    name = _required(fields, "MsgType").lower()
    if name in ("event", "device_event"):
        _required(fields, "Event")
    if name.startswith("device_"):
        return Kind.EVENT
    if name == "text" and content.strip() == UNSUPPORTED_TEXT:
        return Kind.UNKNOWN
    return _KINDS.get(name, Kind.UNKNOWN)


def _words(kind: Kind, fields: Mapping[str, str], content: str) -> str:
    if kind is Kind.EVENT:
        return _tapped(fields) if _event(fields) is Event.CLICK else ""
    name = _WORDS.get(kind)
    return content if name == "Content" else fields.get(name or "", "")


def _tapped(fields: Mapping[str, str]) -> str:
    """Return what a fan says by tapping a button: its key, where that is Chinese.

    Keys of other programs' buttons (`V1001_GOOD`) say nothing.
    """
    key = fields.get("EventKey", "")
    return HUMAN_WORDS if key == HUMAN_KEY else key if _HAN.search(key) else ""


def _event(fields: Mapping[str, str]) -> Event:
    # The manual and the servers disagree about upper and lower case.
    return _EVENTS.get(fields.get("Event", "").lower(), Event.OTHER)


@lru_cache(maxsize=64)
def _time(seconds: str) -> datetime:
    if not _SECONDS.fullmatch(seconds) or int(seconds) > _LATEST:
        raise WeChatParseError("CreateTime")
    return datetime.fromtimestamp(int(seconds), UTC)


def _detail(fields: Mapping[str, str], kind: Kind) -> dict[str, str]:
    detail = without(fields, "FromUserName", "CreateTime")
    if "MsgId" not in detail and "MsgID" in detail and kind is not Kind.EVENT:
        detail["MsgId"] = detail.pop("MsgID")
    if detail.get("bizmsgmenuid"):
        detail["option"] = detail["bizmsgmenuid"]  # what they tapped in our menu message
    if kind is Kind.EVENT and _event(fields) in (Event.FOLLOW, Event.SCAN):
        scene = detail.get("EventKey", "").removeprefix(_SCENE)
        if detail.get("Ticket") and scene:
            detail["scene"] = scene
    return detail


def _key(appid: str, fields: Mapping[str, str], content: str) -> str:
    """Return what redeliveries share, and nothing else does.

    A MsgId is unique only together with fan and second. Events have none, and two of one kind
    may fall into one second, so there everything that they say is taken.
    """
    number = fields.get("MsgId") or fields.get("MsgID")
    if number and fields["MsgType"].lower() != "event":
        parts = [appid, fields["FromUserName"], fields["CreateTime"], number]
    else:
        everything = sorted({**fields, "Content": content}.items())
        parts = [appid, *(f"{name}\x1f{text}" for name, text in everything)]
    joined = "\x1e".join(parts)  # control characters: XML cannot hold them
    return hashlib.blake2b(joined.encode(), digest_size=16).hexdigest()
