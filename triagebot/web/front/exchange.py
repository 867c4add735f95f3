"""One request and its answer, whoever carries them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from http import HTTPStatus
from typing import NamedTuple, Protocol
from urllib.parse import parse_qsl

PLAIN = "text/plain; charset=utf-8"

_REASONS = {status.value: status.phrase for status in HTTPStatus}


@dataclass(slots=True)
class Asked:
    """A request: `path` without its query, `began` in seconds of the event loop.

    `body` is empty until the request has been admitted and is whole.
    """

    method: str
    path: str
    query: Mapping[str, str] | None
    remote: str | None
    began: float
    body: bytes = b""


class Told(NamedTuple):
    """An answer; with `close` the connection ends after it."""

    text: str
    status: int = 200
    kind: str = PLAIN
    close: bool = False

    def encode(self, date: bytes, *, close: bool) -> bytes:
        """Return the whole HTTP response; `date` is the header's value."""
        body = self.text.encode()
        head = _head(self.status, self.kind, close)
        return b"%b%d\r\nDate: %b\r\n\r\n%b" % (head, len(body), date, body)


@lru_cache(maxsize=64)
def _head(status: int, kind: str, close: bool) -> bytes:
    head = f"HTTP/1.1 {status} {_REASONS.get(status, 'Status')}\r\n"
    if close:
        head += "Connection: close\r\n"
    return f"{head}Content-Type: {kind}\r\nContent-Length: ".encode()


Tell = Callable[[Told], None]
"""Takes the answer."""


class Answerer(Protocol):
    """Whoever answers the hot requests."""

    def admit(self, asked: Asked) -> Told | None:
        """Return a refusal by the head of a request alone, None to read on."""

    def refuse(self, asked: Asked, reason: str) -> Told:
        """Return the refusal of a request; `reason` is for the log."""

    def answer(self, asked: Asked, tell: Tell) -> None:
        """Answer an admitted request, in time whatever happens: `tell` is called once, now or then.

        A callback, as a task for each request costs more than the request.
        """


async def told(answerer: Answerer, asked: Asked) -> Told:
    """Wait for the answer to an admitted request."""
    end: asyncio.Future[Told] = asyncio.get_running_loop().create_future()

    def tell(answer: Told) -> None:
        if not end.done():  # who waited may have gone
            end.set_result(answer)

    answerer.answer(asked, tell)
    return await end


def read_query(raw: str) -> dict[str, str] | None:
    """Return the parameters of a query; None when one comes twice."""
    if "%" in raw or "+" in raw:
        pairs = parse_qsl(raw, keep_blank_values=True)
    else:
        pairs = [part.partition("=")[::2] for part in raw.split("&") if part]
    query = dict(pairs)
    return query if len(query) == len(pairs) else None
