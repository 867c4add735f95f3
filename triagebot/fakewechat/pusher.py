"""Tencent's side of the callback: verifies a URL, delivers, repeats, judges, gives up."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element, ParseError

import aiohttp
from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from triagebot.fakewechat.crypto import NotAnEnvelope, encrypt, open_reply, signature_of

TIMEOUT = 5.0
MARK_FAIL_AFTER = 5
MARK_FAIL_SECONDS = 60.0
MAX_CONTENT = 2047
FAULT_NOTICE = "该公众号提供的服务出现故障，请稍后再试"
_REPLY_KINDS = {
    "text", "image", "voice", "video", "music", "news", "transfer_customer_service",
}  # fmt: skip


@dataclass
class Verdict:
    """What one answer was worth: `reply`, `success`, `empty`, `junk` or `timeout`."""

    kind: str
    xml: str = ""
    why: str = ""
    body: str = ""
    status: int = 0
    seconds: float = 0.0

    @property
    def good(self) -> bool:
        """Whether WeChat stops delivering after it."""
        return self.kind in {"reply", "success", "empty"}

    @property
    def content(self) -> str:
        """The words that the fan reads."""
        return fromstring(self.xml).findtext("Content") or "" if self.xml else ""


@dataclass
class Push:
    """All deliveries of one message, and what the fan saw in the end."""

    verdicts: list[Verdict] = field(default_factory=list)
    dropped: bool = False

    @property
    def seen(self) -> str | None:
        """What the fan saw: a reply, nothing, or the fault notice."""
        for verdict in self.verdicts:
            if verdict.good:
                return verdict.content or verdict.xml or None
        return None if self.dropped else FAULT_NOTICE


def field_of(xml: str, name: str) -> str:
    """Return the text of a field, "" without one."""
    return fromstring(xml).findtext(name) or ""


def text_xml(
    content: str, *, fan: str = "oFan1", to: str = "gh_0a1b2c3d4e5f", **more: object
) -> str:
    """Return a text message as WeChat writes it; `at` and `msg_id` may be given."""
    at = more.get("at", 1790000000)
    number = more.get("msg_id", random.getrandbits(62))
    escaped = content.replace("]]>", "]]]]><![CDATA[>")
    return (
        f"<xml><ToUserName><![CDATA[{to}]]></ToUserName>"
        f"<FromUserName><![CDATA[{fan}]]></FromUserName><CreateTime>{at}</CreateTime>"
        f"<MsgType><![CDATA[text]]></MsgType><Content><![CDATA[{escaped}]]></Content>"
        f"<MsgId>{number}</MsgId></xml>"
    )


def event_xml(
    event: str, *, fan: str = "oFan1", to: str = "gh_0a1b2c3d4e5f", **more: object
) -> str:
    """Return an event; `more` are its fields, `at` its second."""
    at = more.pop("at", 1790000000)
    extra = "".join(f"<{name}><![CDATA[{text}]]></{name}>" for name, text in more.items())
    return (
        f"<xml><ToUserName><![CDATA[{to}]]></ToUserName>"
        f"<FromUserName><![CDATA[{fan}]]></FromUserName><CreateTime>{at}</CreateTime>"
        f"<MsgType><![CDATA[event]]></MsgType><Event><![CDATA[{event}]]></Event>{extra}</xml>"
    )


class Pusher:
    """Pushes to one callback URL as WeChat would, `factor` times as fast."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        url: str,
        *,
        token: str,
        appid: str,
        aes_key: str = "",
        mode: str = "safe",
        factor: float = 1.0,
        fresh_query: bool = True,
        now: Callable[[], float] = time.time,
        deliveries: int = 3,
    ) -> None:
        self.session, self.url, self.token, self.appid = session, url, token, appid
        self.aes_key, self.mode, self.factor = aes_key, mode, factor
        self.fresh_query, self.now, self.deliveries = fresh_query, now, deliveries
        self.failures = 0
        self.blocked_until = 0.0

    async def verify(self, echo: str = "4375120948345356249") -> bool:
        """Ask whether the URL is theirs, as when the owner presses the button."""
        query = {**self.stamp(), "echostr": echo}
        async with self.session.get(self.url, params=query) as response:
            return response.status == 200 and await response.text() == echo

    async def push(self, xml: str) -> Push:
        """Deliver `xml` up to three times, as long as no good answer comes."""
        push = Push()
        if self.now() < self.blocked_until:
            push.dropped = True
            return push
        request = self.request(xml)
        for _ in range(self.deliveries):
            push.verdicts.append(await self.deliver(xml, *request))
            if push.verdicts[-1].good:
                self.failures = 0
                return push
            if self.fresh_query:
                request = self.request(xml)
        self._mark_failure()
        return push

    async def push_at_once(self, xml: str, count: int = 3) -> Push:
        """Deliver the same message several times at once, as retries that overtake."""
        tasks = [self.deliver(xml, *self.request(xml)) for _ in range(count)]
        return Push(list(await asyncio.gather(*tasks)))

    async def deliver(self, xml: str, query: dict[str, str], body: str) -> Verdict:
        """Deliver once and judge the answer."""
        started = time.monotonic()
        limit = aiohttp.ClientTimeout(total=TIMEOUT * self.factor)
        headers = {"Content-Type": "text/xml"}
        try:
            async with self.session.post(
                self.url, params=query, data=body.encode(), timeout=limit, headers=headers
            ) as response:
                answer = (await response.read()).decode("utf-8", "replace")
                verdict = self.judge(xml, query["nonce"], response.status, answer)
        except TimeoutError:
            verdict = Verdict("timeout")
        except aiohttp.ClientError as error:
            verdict = Verdict("junk", why=type(error).__name__)
        verdict.seconds = time.monotonic() - started
        return verdict

    def stamp(self) -> dict[str, str]:
        """Return the three parameters that every request carries."""
        timestamp, nonce = str(int(self.now())), str(random.getrandbits(31))
        signature = signature_of(self.token, timestamp, nonce)
        return {"signature": signature, "timestamp": timestamp, "nonce": nonce}

    def request(self, xml: str) -> tuple[dict[str, str], str]:
        """Return query and body for one delivery in the account's mode."""
        query = {**self.stamp(), "openid": field_of(xml, "FromUserName")}
        if self.mode == "plain":
            return query, xml
        encrypted = encrypt(self.aes_key, self.appid, xml)
        query["encrypt_type"] = "aes"
        query["msg_signature"] = signature_of(
            self.token, query["timestamp"], query["nonce"], encrypted
        )
        element = f"<Encrypt><![CDATA[{encrypted}]]></Encrypt>"
        if self.mode == "compatible":
            return query, xml.replace("</xml>", f"{element}</xml>")
        to = field_of(xml, "ToUserName")
        return query, f"<xml><ToUserName><![CDATA[{to}]]></ToUserName>{element}</xml>"

    def judge(self, sent: str, nonce: str, status: int, answer: str) -> Verdict:
        """Say what WeChat would make of an answer."""
        if status != 200:
            return Verdict("junk", why=f"HTTP {status}", body=answer, status=status)
        if answer in {"success", ""}:
            return Verdict(answer or "empty", body=answer, status=status)
        try:
            xml = self._open(nonce, answer)
            self._check(sent, xml)
        except (NotAnEnvelope, ParseError, DefusedXmlException, ValueError) as error:
            return Verdict("junk", why=str(error), body=answer, status=status)
        return Verdict("reply", xml=xml, body=answer, status=status)

    def _open(self, nonce: str, answer: str) -> str:
        if self.mode == "plain" or (self.mode == "compatible" and "<Encrypt>" not in answer):
            return answer
        return open_reply(self.token, self.aes_key, self.appid, nonce, answer)

    def _check(self, sent: str, xml: str) -> None:
        root = fromstring(xml)
        names = [child.tag for child in root]
        kind = root.findtext("MsgType")
        _must(xml.startswith("<xml>"), "something before <xml>")
        _must(len(names) == len(set(names)), "element repeated")
        _must(root.findtext("ToUserName") == field_of(sent, "FromUserName"), "to whom")
        _must(root.findtext("FromUserName") == field_of(sent, "ToUserName"), "from whom")
        _must(0 < int(root.findtext("CreateTime") or "") < 10**10, "CreateTime")
        _must(kind in _REPLY_KINDS, "MsgType")
        if kind == "text":
            size = len((root.findtext("Content") or "").encode())
            _must(0 < size <= MAX_CONTENT, "content size")
        if kind == "news":
            _check_articles(sent, root)
        if kind == "transfer_customer_service":
            _must(field_of(sent, "MsgType") != "event", "transfer of an event")

    def _mark_failure(self) -> None:
        self.failures += 1
        if self.failures >= MARK_FAIL_AFTER:
            self.failures = 0
            self.blocked_until = self.now() + MARK_FAIL_SECONDS


def _must(holds: bool, why: str) -> None:
    if not holds:
        raise NotAnEnvelope(why)


def _check_articles(sent: str, root: Element) -> None:
    count = len(root.findall("Articles/item"))
    _must(count == int(root.findtext("ArticleCount") or ""), "article count")
    most = 8 if field_of(sent, "MsgType") == "event" else 1
    _must(1 <= count <= most, "too many articles")
