"""What passes between a worker and the process that stores: batches of calls and of returns."""

from __future__ import annotations

from enum import IntEnum

import msgspec

from triagebot.domain.catalogue import Catalogue
from triagebot.domain.message import Inbound
from triagebot.domain.prediction import Prediction
from triagebot.web.times import Times

HEADER = 4
LARGEST = 64 * 1024 * 1024


class Ended(IntEnum):
    """How a call ended; anything but `DONE` has no text."""

    DONE = 0
    BUSY = 1
    TIMEOUT = 2
    FAULT = 3


class Call(msgspec.Struct, array_like=True, frozen=True):
    """A message of an account that wants its reply within `seconds`, and what was thought of it."""

    number: int
    account: str
    inbound: Inbound
    seconds: float
    thought: Prediction | None


class Counted(msgspec.Struct, array_like=True, frozen=True):
    """Requests of one kind that a worker has answered since it last said so."""

    method: str
    status: int
    times: Times


class Up(msgspec.Struct, array_like=True, frozen=True):
    """From a worker: calls, what it counted, the number of the catalogue it thinks with, and by
    how many seconds its event loop lagged at the worst since it last said so."""

    calls: list[Call]
    counted: list[Counted] = []
    issue: int = 0
    lag: float = 0.0


class Return(msgspec.Struct, array_like=True, frozen=True):
    """How call `number` ended, with the reply's text."""

    number: int
    ended: Ended
    text: str = ""


class Down(msgspec.Struct, array_like=True, frozen=True):
    """To a worker: returns. Without `thinking` nobody needs a model's opinion now.

    A `catalogue`, which staff may change at any time, is to be used from now on; `issue` is its
    number.
    """

    returns: list[Return]
    thinking: bool = True
    issue: int = 0
    catalogue: Catalogue | None = None


class Frames:
    """Cuts a stream of bytes into frames: four bytes of length, then msgpack."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> list[bytes]:
        """Return the frames that are whole now. Raises ValueError for a length beyond reason."""
        self._buffer += data
        frames = []
        start = 0
        while len(self._buffer) - start >= HEADER:
            length = int.from_bytes(self._buffer[start : start + HEADER], "big")
            if length > LARGEST:
                raise ValueError("not a frame")
            end = start + HEADER + length
            if len(self._buffer) < end:
                break
            frames.append(bytes(self._buffer[start + HEADER : end]))
            start = end
        del self._buffer[:start]
        return frames


_encode = msgspec.msgpack.Encoder().encode


def pack(batch: Up | Down) -> bytes:
    """Return a batch as a frame."""
    body = _encode(batch)
    return len(body).to_bytes(HEADER, "big") + body


read_up = msgspec.msgpack.Decoder(Up).decode
read_down = msgspec.msgpack.Decoder(Down).decode
