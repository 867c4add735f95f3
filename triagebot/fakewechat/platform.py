"""Tencent's API on loopback: tokens, windows, quotas, and every way of failing on order."""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from aiohttp import web

from triagebot.fakewechat.people import People
from triagebot.fakewechat.token_desk import Json, Refusal, TokenDesk

TWO_DAYS, MINUTE = 48 * 3600.0, 60.0
MAX_CONTENT = 2048
FREE = {"/cgi-bin/token", "/cgi-bin/stable_token", "/cgi-bin/clear_quota/v2"}


@dataclass
class Window:
    """How long, and how often, a fan may be written to."""

    until: float
    left: int


@dataclass
class SentMessage:
    """One message as it would reach a fan."""

    openid: str
    body: Json
    at: float


@dataclass
class Knobs:
    """What goes wrong next. Lists are used up from the front, one entry a call."""

    errcodes: list[int] = field(default_factory=list)
    only_path: str = ""
    delay: float = 0.0
    drop_before: int = 0
    drop_after: int = 0
    bad_gateway: int = 0
    truncate: int = 0
    always_40001: bool = False
    same_token: bool = False
    content_type: str = "application/json; encoding=utf-8"


class Platform(TokenDesk, People):
    """One account at Tencent's. `now` gives seconds since 1970."""

    def __init__(
        self,
        appid: str,
        secret: str,
        *,
        now: Callable[[], float] = time.time,
        certified: bool = True,
    ) -> None:
        People.__init__(self)
        TokenDesk.__init__(self, appid, secret, now)
        self.certified = certified
        self.knobs = Knobs()
        self.calls: Counter[str] = Counter()
        self.bodies: list[tuple[str, bytes]] = []
        self.sent: list[SentMessage] = []
        self.windows: dict[str, Window] = {}
        self.daily_left = 500_000

    def app(self) -> web.Application:
        """Return the API as an application; its base URL stands for api.weixin.qq.com."""
        app = web.Application(client_max_size=32 * 2**20)
        app.router.add_route("*", "/{path:.*}", self.handle)
        return app

    def open_window(self, openid: str, left: int = 5, seconds: float = TWO_DAYS) -> None:
        """Let a fan follow and be written to `left` times."""
        self.follow(openid)
        self.windows[openid] = Window(self.now() + seconds, left)

    def sent_to(self, openid: str) -> list[str]:
        """Return the texts that a fan got, in order; of other kinds the name."""
        found = [sent.body for sent in self.sent if sent.openid == openid]
        return [b["text"]["content"] if b["msgtype"] == "text" else b["msgtype"] for b in found]

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answer one call, or fail as the knobs say."""
        path, body = request.path, await request.read()
        self.calls[path] += 1
        self.bodies.append((path, body))
        knobs = self.knobs
        mine = not knobs.only_path or knobs.only_path == path
        if knobs.delay and mine:
            await asyncio.sleep(knobs.delay)
        if mine and knobs.drop_before:
            knobs.drop_before -= 1
            return self._drop(request)
        answer = self._answer(request, body, mine)
        if mine and knobs.drop_after:
            knobs.drop_after -= 1
            return self._drop(request)
        if mine and knobs.bad_gateway:
            knobs.bad_gateway -= 1
            return web.Response(status=502, text="<html>502</html>")
        if isinstance(answer, web.Response):
            return answer
        text = json.dumps(answer, ensure_ascii=False)
        if mine and knobs.truncate:
            knobs.truncate -= 1
            text = text[: len(text) // 2]
        headers = {"Content-Type": knobs.content_type}
        return web.Response(body=text.encode(), headers=headers)

    def _answer(self, request: web.Request, body: bytes, mine: bool) -> Json | web.Response:
        try:
            if mine and self.knobs.errcodes:
                errcode = self.knobs.errcodes.pop(0)
                if errcode:
                    raise Refusal(errcode)
            return self._route(request, body)
        except Refusal as refusal:
            number = next(self._numbers)
            rid = f"{int(self.now()):08x}-{number:08x}-{number * 7919:08x}"
            return {"errcode": refusal.errcode, "errmsg": f"{refusal.errmsg} rid: {rid}"}

    def _route(self, request: web.Request, body: bytes) -> Json | web.Response:
        path = request.path
        if path == "/cgi-bin/token":
            query = request.query
            return self._plain(query.get("appid", ""), query.get("secret", ""))
        if path == "/cgi-bin/message/custom/send" and request.method != "POST":
            raise Refusal(43002, "require POST method")
        is_form = request.content_type.startswith("multipart/")
        values = {} if is_form or not body else self._json(body)
        if path == "/cgi-bin/stable_token":
            return self._stable(values, same=self.knobs.same_token)
        if path not in FREE:
            if self.knobs.always_40001:
                raise Refusal(40001, "invalid credential, access_token is invalid")
            self._check_token(request.query.get("access_token", ""))
        if path == "/cgi-bin/message/custom/send":
            return self._send(values)
        if path == "/cgi-bin/message/custom/typing":
            return self._typing(values)
        return self.people(request, values, body)

    def _json(self, body: bytes) -> Json:
        try:
            values = json.loads(body)
        except ValueError:
            raise Refusal(47001, "data format error") from None
        if not isinstance(values, dict):
            raise Refusal(47001, "data format error")
        return values

    def _send(self, body: Json) -> Json:
        openid = body.get("touser", "")
        if not self.certified:
            raise Refusal(48001, "api unauthorized")
        if openid not in self.followers:
            raise Refusal(40003, "invalid openid")
        if not self.followers[openid]["subscribe"]:
            raise Refusal(43004, "require subscribe")
        self._check_content(body)
        window = self.windows.get(openid)
        if window is None or window.until <= self.now():
            raise Refusal(45015, "response out of time limit or subscription is canceled")
        if window.left <= 0:
            raise Refusal(45047, "out of response count limit")
        if self.daily_left <= 0:
            raise Refusal(45009, "reach max api daily quota limit")
        window.left -= 1
        self.daily_left -= 1
        self.sent.append(SentMessage(openid, body, self.now()))
        return {"errcode": 0, "errmsg": "ok"}

    def _check_content(self, body: Json) -> None:
        kind = body.get("msgtype", "")
        if not isinstance(body.get(kind), dict):
            raise Refusal(40008, "invalid message type")
        if kind == "text":
            size = len(body["text"].get("content", "").encode())
            if not size:
                raise Refusal(44004, "empty content")
            if size > MAX_CONTENT:
                raise Refusal(45002, "content size out of limit")
        if kind == "news" and len(body["news"].get("articles", [])) != 1:
            raise Refusal(45008, "article size out of limit")

    def _typing(self, body: Json) -> Json:
        if body.get("command") not in {"Typing", "CancelTyping"}:
            raise Refusal(45072, "invalid command")
        window = self.windows.get(body.get("touser", ""))
        if window is None or window.until <= self.now():
            raise Refusal(45080, "need interact in 30s")
        return {"errcode": 0, "errmsg": "ok"}

    def _drop(self, request: web.Request) -> web.Response:
        if request.transport is not None:
            request.transport.abort()
        return web.Response()
