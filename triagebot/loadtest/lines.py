"""Keeps connections to the server open and sends on them; one request at a time on each."""

from __future__ import annotations

import asyncio
import re
import time
from collections import deque
from collections.abc import Callable
from typing import cast

from triagebot.loadtest.address import Target

PATIENCE = 5.0
"""Seconds after which WeChat hangs up."""

OK = 200
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_HEAD_END = b"\r\n\r\n"


class Shot:
    """One delivery under way; times are `time.monotonic`'s, `place` from 0."""

    __slots__ = ("due", "fan", "place", "repeated", "request", "sent")

    def __init__(
        self, place: int, fan: str, due: float, request: bytes, repeated: bool = False
    ) -> None:
        self.place = place
        self.fan = fan
        self.due = due
        self.request = request
        self.repeated = repeated
        self.sent = 0.0


Ended = Callable[[Shot, int, bytes], None]
"""Called with a shot, its HTTP status and body; status 0 when no answer came."""


class Line(asyncio.Protocol):
    """One connection."""

    def __init__(self, lines: Lines) -> None:
        self._lines = lines
        self._transport: asyncio.Transport | None = None
        self._buffer = b""
        self.shot: Shot | None = None
        self.waiting: deque[Shot] = deque()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin to take shots."""
        self._transport = cast(asyncio.Transport, transport)

    def connection_lost(self, _error: Exception | None) -> None:
        """Give up what is under way."""
        self._transport = None
        self._lines.lost(self)

    def send(self, shot: Shot) -> None:
        """Send a shot; the line must be free."""
        self.shot = shot
        shot.sent = time.monotonic()
        if self._transport is not None:
            self._transport.write(shot.request)

    def hang_up(self) -> None:
        """Close the connection, whatever is under way."""
        if self._transport is not None:
            self._transport.abort()

    def data_received(self, data: bytes) -> None:
        """Gather an answer and end the shot when it is whole."""
        if self._buffer:
            data = self._buffer + data
        head_end = data.find(_HEAD_END)
        length = _LENGTH.search(data, 0, head_end) if head_end >= 0 else None
        start = head_end + len(_HEAD_END)
        end = start + (int(length[1]) if length else 0)
        if head_end < 0 or len(data) < end:
            self._buffer = data
            return
        self._buffer = b""
        self._lines.answered(self, int(data[9:12]), data[start:end])


class Lines:
    """All connections; messages of one fan go one after the other, in the order they were due."""

    def __init__(self, target: Target, count: int, ended: Ended) -> None:
        self._target = target
        self._count = count
        self._ended = ended
        self._all: set[Line] = set()
        self._free: list[Line] = []
        self._by_fan: dict[str, Line] = {}
        self._backlog: deque[Shot] = deque()
        self._opening: set[asyncio.Task[None]] = set()
        self._closed = False

    @property
    def under_way(self) -> int:
        """How many shots have no end yet."""
        return len(self._backlog) + sum(
            (line.shot is not None) + len(line.waiting) for line in self._all
        )

    async def open(self) -> None:
        """Open all connections. Raises `OSError` when the server does not listen."""
        for _ in range(self._count):
            await self._open_one()

    async def close(self) -> None:
        """Close all connections."""
        self._closed = True
        for line in list(self._all):
            line.hang_up()
        for task in self._opening:
            task.cancel()
        await asyncio.gather(*self._opening, return_exceptions=True)

    def fire(self, shot: Shot) -> None:
        """Send a shot now, or as soon as a connection is free and the fan's one before ended."""
        line = self._by_fan.get(shot.fan)
        if line is not None:
            line.waiting.append(shot)
        elif self._free:
            self._send(self._free.pop(), shot)
        else:
            self._backlog.append(shot)
            if len(self._all) + len(self._opening) < self._count:
                self._reopen()

    def hang_up_late(self, now: float) -> None:
        """Give up all shots that are older than WeChat's patience."""
        for line in list(self._all):
            if line.shot is not None and now - line.shot.sent > PATIENCE:
                line.hang_up()
        while self._backlog and now - self._backlog[0].due > PATIENCE:
            self._ended(self._backlog.popleft(), 0, b"")

    def answered(self, line: Line, status: int, body: bytes) -> None:
        """End the line's shot and send its next."""
        shot = line.shot
        if shot is None:
            return
        line.shot = None
        self._ended(shot, status, body)
        if line.waiting:
            line.send(line.waiting.popleft())
            return
        del self._by_fan[shot.fan]
        self._next(line)

    def lost(self, line: Line) -> None:
        """End the line's shot without an answer; what waited behind it tries another line.

        A line that nothing was sent on is opened again once it is missed: a server closes it.
        """
        self._all.discard(line)
        if line.shot is None:
            if line in self._free:
                self._free.remove(line)
            return
        del self._by_fan[line.shot.fan]
        self._ended(line.shot, 0, b"")
        for shot in line.waiting:
            self.fire(shot)
        self._reopen()

    def _next(self, line: Line) -> None:
        while self._backlog:
            shot = self._backlog.popleft()
            pinned = self._by_fan.get(shot.fan)
            if pinned is None:
                self._send(line, shot)
                return
            pinned.waiting.append(shot)
        self._free.append(line)

    def _send(self, line: Line, shot: Shot) -> None:
        self._by_fan[shot.fan] = line
        line.send(shot)

    async def _open_one(self) -> None:
        loop = asyncio.get_running_loop()
        _, line = await loop.create_connection(
            lambda: Line(self), self._target.host, self._target.port
        )
        self._all.add(line)
        self._next(line)

    def _reopen(self) -> None:
        if not self._closed:
            task = asyncio.get_running_loop().create_task(self._keep_opening())
            self._opening.add(task)
            task.add_done_callback(self._opening.discard)

    async def _keep_opening(self) -> None:
        while not self._closed:
            try:
                await self._open_one()
            except OSError:
                await asyncio.sleep(0.1)
            else:
                return
