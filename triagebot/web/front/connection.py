"""One connection: parses requests, answers them in order, or passes everything on."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from functools import partial
from typing import TYPE_CHECKING, cast

import httptools

from triagebot.web.front.exchange import Asked, Told, read_query

if TYPE_CHECKING:
    from triagebot.web.front.front import Front

log = logging.getLogger(__name__)

WAITING = 32
"""How many requests of one connection may wait for the answers before them."""

BAD = Told("bad request", 400, close=True)
TOO_LARGE = Told("head too large", 431, close=True)
FAULT = Told("fault", 500, close=True)
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


class Connection(asyncio.Protocol):
    """The protocol of one connection; `httptools` calls its `on_…` methods."""

    __slots__ = (
        "_answering", "_asked", "_body", "_closing", "_expects", "_first", "_front", "_half",
        "_head", "_inner", "_length", "_loop", "_parser", "_refused", "_remote", "_transport",
        "_url", "_waiting",
    )  # fmt: skip

    def __init__(self, front: Front, loop: asyncio.AbstractEventLoop) -> None:
        self._front = front
        self._loop = loop
        self._parser = httptools.HttpRequestParser(self)
        self._inner: asyncio.Protocol | None = None
        self._waiting: deque[tuple[Asked, bool]] = deque()
        self._asked: Asked | None = None
        self._first: bytes | None = b""
        self._head = self._length = 0
        self._answering = self._half = self._closing = self._refused = self._expects = False
        self._url, self._body = b"", b""

    # What the event loop calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin to wait for a request."""
        self._transport = cast(asyncio.Transport, transport)
        peer = transport.get_extra_info("peername")
        self._remote = peer[0] if isinstance(peer, tuple) else None
        self._front.enter(self)

    def connection_lost(self, error: Exception | None) -> None:
        """Forget everything; what was taken in is finished all the same."""
        self._front.leave(self)
        self._waiting.clear()
        # It holds our methods: only the collector, which seldom looks so far back, would free us.
        del self._parser
        if self._inner is not None:
            self._inner.connection_lost(error)

    def data_received(self, data: bytes) -> None:
        """Take bytes: to the parser, and to the application once it has the connection."""
        if self._first is not None and not self._is_ours(data):
            return
        if self._feed(data) and self._inner is not None:
            self._inner.data_received(data)

    def eof_received(self) -> bool | None:
        """Close, or let the application say."""
        return self._inner.eof_received() if self._inner is not None else None

    def pause_writing(self) -> None:
        """Tell the application to wait; our own answers fit into any buffer."""
        if self._inner is not None:
            self._inner.pause_writing()

    def resume_writing(self) -> None:
        """Tell the application to go on."""
        if self._inner is not None:
            self._inner.resume_writing()

    def drop(self) -> None:
        """Close at once."""
        self._transport.abort()

    def late(self) -> None:
        """Close, with a word to whoever has shown a head that could be WeChat's."""
        if self._asked is not None and self._inner is None:
            self._refuse(self._front.answerer.refuse(self._asked, "slow body"))
        self.drop()

    def close_soon(self) -> None:
        """Close as soon as nothing is under way."""
        self._closing = True
        if not self._answering and self._inner is None:
            self._transport.close()

    # What the parser calls

    def on_message_begin(self) -> None:
        """Forget the request before."""
        self._url, self._body, self._asked, self._first = b"", b"", None, None
        self._head = self._length = 0
        self._refused = self._expects = False
        self._half = True

    def on_url(self, part: bytes) -> None:
        """Take a piece of the target."""
        self._url += part

    def on_header(self, name: bytes, value: bytes) -> None:
        """Look at one header; few matter here."""
        if len(name) == 14 and name.lower() == b"content-length" and value.isdigit():
            self._length = int(value)
        elif len(name) == 6 and name.lower() == b"expect":
            self._expects = True

    def on_headers_complete(self) -> None:
        """Refuse by the head alone whatever can be."""
        self._head = -1
        limits = self._front.limits
        if self._inner is not None:
            if self._length > limits.body:
                self._front.receiving(self, limits.large - limits.receive)
            return
        path, _, query = self._url.decode("latin-1").partition("?")
        method = self._parser.get_method().decode("latin-1")
        if method not in ("GET", "POST") or not path.startswith(self._front.prefix):
            self._refuse(BAD)  # sent right behind another request, so it cannot be passed on
            return
        now = self._loop.time()
        self._asked = Asked(method, path, read_query(query), self._remote, now)
        refusal = self._front.answerer.admit(self._asked)
        if refusal is not None:
            self._refuse(refusal)
        elif self._length > limits.body:
            self._refuse(self._front.answerer.refuse(self._asked, "too large"))
        elif self._expects:
            self._transport.write(CONTINUE)

    def on_body(self, part: bytes) -> None:
        """Take a piece of the body."""
        if self._inner is not None or self._refused or self._asked is None:
            return
        self._body = self._body + part if self._body else part
        if len(self._body) > self._front.limits.body:
            self._refuse(self._front.answerer.refuse(self._asked, "too large"))

    def on_message_complete(self) -> None:
        """Answer, or wait for the answers before it."""
        self._half = False
        self._front.settled(self)
        asked = self._asked
        if self._inner is not None or self._refused or asked is None:
            return
        asked.body = self._body
        keep = self._parser.should_keep_alive()
        if self._answering:
            self._waiting.append((asked, keep))
            if len(self._waiting) > WAITING:
                self.drop()
        elif not self._transport.is_closing():
            self._answer(asked, keep)

    def _is_ours(self, data: bytes) -> bool:
        """Tell whether the bytes are the parser's; at the beginning that takes a few of them."""
        data = (self._first or b"") + data
        if data.startswith(self._front.starts):
            first, self._first = self._first, None
            return self._feed(first) if first else True
        if any(start.startswith(data) for start in self._front.starts):
            self._first = data
            self._front.receiving(self)
            return False
        self._first = None
        inner = self._front.pass_on(self._transport, data)
        if inner is None:
            self._front.leave(self)
            self._transport.abort()
            return False
        self._inner = inner
        inner.connection_made(self._transport)
        if self._feed(data):
            inner.data_received(data)
        return False

    def _feed(self, data: bytes) -> bool:
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            return True
        except httptools.HttpParserError:
            if self._inner is None:  # else the application says so in its own words
                self._refuse(BAD)
                return False
        if self._head >= 0:
            self._head += len(data)
            if self._head > self._front.limits.head and self._inner is None:
                self._refuse(TOO_LARGE)
        if self._half:
            self._front.receiving(self)
        return True

    def _refuse(self, told: Told) -> None:
        """Answer before the request is whole, and close."""
        if self._refused:
            return
        self._refused = True
        if self._answering:
            self.drop()  # its turn never comes, and there is nothing to tell a forger
            return
        self._transport.write(told.encode(self._front.date, close=True))
        self._transport.close()
        began = self._asked.began if self._asked else self._loop.time()
        method = self._asked.method if self._asked else "unknown"
        self._measure(method, told.status, began)

    def _answer(self, asked: Asked, keep: bool) -> None:
        self._answering = True
        try:
            self._front.answerer.answer(asked, partial(self._tell, asked, keep))
        except Exception:
            log.exception("answering failed")
            self._tell(asked, keep, FAULT)

    def _tell(self, asked: Asked, keep: bool, told: Told) -> None:
        self._answering = False
        self._measure(asked.method, told.status, asked.began)
        if self._transport.is_closing():
            return
        close = told.close or not keep or self._closing
        self._transport.write(told.encode(self._front.date, close=close))
        if close:
            self._transport.close()
        elif self._waiting:
            self._answer(*self._waiting.popleft())
        elif not self._half:
            self._first = b""  # the next may be for the application: proxies mix them
            self._front.idle(self)

    def _measure(self, method: str, status: int, began: float) -> None:
        self._front.measure(method, self._front.route, status, self._loop.time() - began)
