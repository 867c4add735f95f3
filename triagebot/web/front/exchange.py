"""One request and its answer, whoever carries them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Protocol
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


@dataclass(frozen=True, slots=True)
class Told:
    """An answer; with `close` the connection ends after it."""

    text: str
    status: int = 200
    kind: str = PLAIN
    close: bool = False

    def encode(self, date: bytes, *, close: bool) -> bytes:
        """Return the whole HTTP response; `date` is the header's value."""
        body = self.text.encode()
        head = f"HTTP/1.1 {self.status} {_REASONS.get(self.status, 'Status')}\r\n"
        if close:
            head += "Connection: close\r\n"
        head += f"Content-Type: {self.kind}\r\nContent-Length: {len(body)}\r\nDate: "
        return b"%b%b\r\n\r\n%b" % (head.encode(), date, body)


class Answerer(Protocol):
    """Whoever answers the hot requests."""

    def admit(self, asked: Asked) -> Told | None:
        """Return a refusal by the head of a request alone, None to read on."""

    def refuse(self, asked: Asked, reason: str) -> Told:
        """Return the refusal of a request; `reason` is for the log."""

    async def answer(self, asked: Asked) -> Told:
        """Answer an admitted request, in time whatever happens."""


def read_query(raw: str) -> dict[str, str] | None:
    """Return the parameters of a query; None when one comes twice."""
    if "%" in raw or "+" in raw:
        pairs = parse_qsl(raw, keep_blank_values=True)
    else:
        parts = (part.partition("=") for part in raw.split("&") if part)
        pairs = [(name, value) for name, _, value in parts]
    query = dict(pairs)
    return query if len(query) == len(pairs) else None
