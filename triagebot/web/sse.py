"""Push events to browsers over one long response each, never keeping more than a little."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from aiohttp import ClientConnectionResetError, web

PING_SECONDS = 15.0
WRITE_SECONDS = 30.0
"""A client that takes longer for one write is gone."""

HEADERS = {
    "Content-Type": "text/event-stream; charset=utf-8",
    "Cache-Control": "no-store",
    "X-Accel-Buffering": "no",
}


@dataclass(frozen=True, slots=True)
class ServerEvent:
    """One event on the wire; `data` is JSON and thus has no line breaks."""

    id: str
    name: str
    data: bytes

    def encode(self) -> bytes:
        """Return the lines of the event stream."""
        return f"id: {self.id}\nevent: {self.name}\ndata: ".encode() + self.data + b"\n\n"


class Stream:
    """What waits for one client: at most `limit` events, then one that says: load afresh.

    `owner` is the agent who listens.
    """

    def __init__(self, limit: int, owner: int = 0) -> None:
        self.owner = owner
        self._limit = limit
        self._queue: deque[ServerEvent] = deque()
        self._wake = asyncio.Event()
        self.closed = False

    def offer(self, event: ServerEvent) -> None:
        """Queue an event, or replace a full queue by one `resync`; never waits."""
        if len(self._queue) >= self._limit:
            self._queue.clear()
            event = ServerEvent(event.id, "resync", b"{}")
        self._queue.append(event)
        self._wake.set()

    def close(self) -> None:
        """End the stream after what is queued."""
        self.closed = True
        self._wake.set()

    def take(self) -> bytes:
        """Return all that waits, encoded."""
        self._wake.clear()
        waiting = b"".join(event.encode() for event in self._queue)
        self._queue.clear()
        return waiting

    async def wait(self, seconds: float) -> bool:
        """Wait for something to send; return False when nothing came in time."""
        try:
            async with asyncio.timeout(seconds):
                await self._wake.wait()
        except TimeoutError:
            return False
        return True


class Streams:
    """All open streams of one server."""

    def __init__(self, *, limit: int = 256, ping_seconds: float = PING_SECONDS) -> None:
        self._limit = limit
        self._ping = ping_seconds
        self._open: set[Stream] = set()
        self._closing = False

    def __len__(self) -> int:
        """How many clients listen."""
        return len(self._open)

    @property
    def owners(self) -> set[int]:
        """The agents who listen."""
        return {stream.owner for stream in self._open}

    def offer(self, event: ServerEvent, owner: int | None = None) -> None:
        """Give an event to every client, or to those of one agent."""
        for stream in self._open:
            if owner in (None, stream.owner):
                stream.offer(event)

    async def close(self, _app: web.Application | None = None) -> None:
        """End all streams; fit for the application's `on_shutdown`."""
        self._closing = True
        for stream in self._open:
            stream.close()

    async def serve(
        self,
        request: web.Request,
        fill: Callable[[Stream], Awaitable[None]],
        still_allowed: Callable[[], Awaitable[bool]],
        owner: int = 0,
    ) -> web.StreamResponse:
        """Hold the response open and write events until the client goes.

        `fill` puts what the client missed into its stream; it is called after the stream began to
        listen, so nothing falls between. `still_allowed` is asked at each ping.
        """
        stream = Stream(self._limit, owner)
        response = web.StreamResponse(headers=HEADERS)
        self._open.add(stream)
        try:
            await response.prepare(request)
            await _write(response, b"retry: 2000\n\n")
            await fill(stream)
            await self._pump(stream, response, still_allowed)
        except (ClientConnectionResetError, ConnectionError, TimeoutError):
            pass  # the client has gone: the usual end of a stream
        finally:
            self._open.discard(stream)
        return response

    async def _pump(
        self,
        stream: Stream,
        response: web.StreamResponse,
        still_allowed: Callable[[], Awaitable[bool]],
    ) -> None:
        while not (stream.closed or self._closing):
            if await stream.wait(self._ping):
                await _write(response, stream.take())
            elif await still_allowed():
                await _write(response, b": ping\n\n")
            else:
                return


async def _write(response: web.StreamResponse, data: bytes) -> None:
    async with asyncio.timeout(WRITE_SECONDS):
        await response.write(data)
