"""Reads WeChat's XML into flat fields, and refuses what WeChat would never send."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from xml.parsers.expat import ExpatError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from triagebot.errors import BadInput

MAX_BYTES = 64 * 1024
MAX_DEPTH = 10

SINGLE = frozenset(
    {
        "ToUserName", "FromUserName", "CreateTime", "MsgType", "MsgId", "MsgID", "Event",
        "EventKey", "Ticket", "Content", "MediaId", "Encrypt",
    }
)  # fmt: skip
"""Elements that decide something: once, plain text, no attributes, or the message is refused."""


# What WeChat writes in safe mode, always the same: read without a parser, in a tenth of the time.
_ENVELOPE = re.compile(
    rb"\s*<xml>\s*<ToUserName><!\[CDATA\[([A-Za-z0-9_-]{1,64})\]\]></ToUserName>"
    rb"\s*<Encrypt><!\[CDATA\[([A-Za-z0-9+/=]+)\]\]></Encrypt>\s*</xml>\s*"
)

# The same for a message in clear text: flat, each field once, in CDATA or a number. Anything else,
# and any character that XML treats in a way of its own, is left to the parser.
_FIELD = re.compile(
    r"<([A-Za-z]{1,40})>(<!\[CDATA\[)?+"
    r"((?(2)[^]]*+(?:](?!]>)[^]]*+)*+|[0-9]{1,20}))(?(2)]]>)</\1>"
)
_AROUND = re.compile(r"<xml>[ \t\n]+</xml>")
_ODD = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ENCODING = re.compile(r"\s*<\?xml[^>]*?encoding\s*=\s*[\"']([^\"']*)[\"']")


class WeChatParseError(BadInput):
    """The body is not a message as WeChat writes them. The reason is for our log only."""

    def __init__(self, reason: str) -> None:
        super().__init__("not a WeChat message")
        self.reason = reason


def read_fields(body: bytes) -> dict[str, str]:
    """Return the elements under `<xml>` by name, in order; nested ones as `Outer.Inner`.

    A repeated element gets its number: `Outer.Item`, `Outer.Item[2]`. Text is as written.
    Raises WeChatParseError over 64 KB, deeper than 10, not UTF-8, not XML, with a document
    type, or with one of `SINGLE` repeated or not plain.
    """
    if len(body) > MAX_BYTES:
        raise WeChatParseError("too large")
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        raise WeChatParseError("not XML") from None
    usual = _read_usual(text)
    return _parse(text) if usual is None else usual


def _read_usual(text: str) -> dict[str, str] | None:
    """Return the fields of a message as WeChat writes nearly all of them, else None."""
    parts = _FIELD.split(text.strip(" \t\n"))
    names, texts = parts[1::4], parts[3::4]
    found = dict(zip(names, texts, strict=True))
    # The blanks that join what stands around the fields tell where each of them was.
    if len(found) < len(names) or not _AROUND.fullmatch(" ".join(parts[::4])):
        return None
    # What can be printed has nothing odd, and is told ten times faster.
    return found if "".join(texts).isprintable() or not _ODD.search(text) else None


def _parse(text: str) -> dict[str, str]:
    declared = _ENCODING.match(text)
    if declared and declared[1].lower() != "utf-8":
        raise WeChatParseError("encoding")
    fields = _Fields()
    parser = DefusedXMLParser(forbid_dtd=True)
    # defusedxml's refusals stay; no tree is built, which halves the time.
    parser.parser.StartElementHandler = fields.start
    parser.parser.EndElementHandler = fields.end
    parser.parser.CharacterDataHandler = fields.data
    parser.parser.DefaultHandlerExpand = None
    try:
        # A str, so that only UTF-8 gets here.
        parser.parser.Parse(text, True)
    except (ExpatError, DefusedXmlException, ValueError):
        raise WeChatParseError("not XML") from None
    return fields.found


def read_envelope(body: bytes) -> tuple[str, str]:
    """Return `ToUserName` and `Encrypt` of an encrypted message, "" for what is not there.

    Raises WeChatParseError as `read_fields` does.
    """
    if len(body) <= MAX_BYTES and (usual := _ENVELOPE.fullmatch(body)):
        return usual[1].decode(), usual[2].decode()
    fields = read_fields(body)
    return fields.get("ToUserName", "").strip(), fields.get("Encrypt", "").strip()


class _Fields:
    """Collects texts by name while expat reads."""

    __slots__ = ("_counts", "_leaf", "_names", "_text", "found")

    def __init__(self) -> None:
        self.found: dict[str, str] = {}
        self._names: list[str] = []
        self._counts: list[dict[str, int]] = []
        self._text: list[str] = []
        self._leaf = True

    def start(self, tag: str, attributes: Collection[str]) -> None:
        if not self._names:
            if tag != "xml":
                raise WeChatParseError("root")
            self._names.append("")
        else:
            self._names.append(self._name(tag, attributes))
        self._counts.append({})
        self._text = []
        self._leaf = True

    def data(self, text: str) -> None:
        self._text.append(text)

    def end(self, tag: str) -> None:
        name = self._names.pop()
        self._counts.pop()
        if self._leaf and name:
            self.found[name] = "".join(self._text)
        self._leaf = False

    def _name(self, tag: str, attributes: Collection[str]) -> str:
        if len(self._names) >= MAX_DEPTH:
            raise WeChatParseError("too deep")
        outer, counts = self._names[-1], self._counts[-1]
        counts[tag] = number = counts.get(tag, 0) + 1
        if outer in SINGLE or (not outer and tag in SINGLE and attributes):
            raise WeChatParseError("element not plain")
        if number == 1:
            return f"{outer}.{tag}" if outer else tag
        if not outer and tag in SINGLE:
            raise WeChatParseError("element repeated")
        return f"{outer}.{tag}[{number}]" if outer else f"{tag}[{number}]"


def without(fields: Mapping[str, str], *names: str) -> dict[str, str]:
    """Return the fields but for `names`."""
    left = dict(fields)
    for name in names:
        left.pop(name, None)
    return left
