"""Show people what happens, while it happens: one stream of events for each browser."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable, Sequence

import msgspec
from aiohttp import web

from triagebot.desk.conversations import counts_shape
from triagebot.desk.render import render
from triagebot.store import conversation_lists, events
from triagebot.store.conversation_lists import Counts
from triagebot.store.database import Database
from triagebot.store.events import EventRow
from triagebot.web.endpoint import Call, Endpoint
from triagebot.web.feed import BATCH, Feed
from triagebot.web.sse import ServerEvent, Stream, Streams

log = logging.getLogger(__name__)

COUNT_SECONDS = 1.0
"""Least time between two counts: on a busy day they are not free."""

StillAllowed = Callable[[web.Request], Awaitable[bool]]


class LiveApi:
    """Owns `/api/v1/events`; gives what the feed brings to every screen that is open."""

    def __init__(
        self,
        db: Database,
        feed: Feed,
        streams: Streams,
        still_allowed: StillAllowed,
        *,
        count_seconds: float = COUNT_SECONDS,
    ) -> None:
        self._db = db
        self._feed = feed
        self._streams = streams
        self._still_allowed = still_allowed
        self._count_seconds = count_seconds
        self._counting: asyncio.Task[None] | None = None
        self._extra = 0
        feed.listen(self.heard)

    def endpoints(self) -> list[Endpoint]:
        """Return the one endpoint."""
        return [
            Endpoint("GET", "/api/v1/events", "Events as they happen (text/event-stream)",
                     self.listen, tag="live"),
        ]  # fmt: skip

    async def listen(self, call: Call) -> web.StreamResponse:
        """Hold a stream open, from the header `Last-Event-ID` on if it came."""
        cursor = _cursor(call.request)
        request = call.request

        async def fill(stream: Stream) -> None:
            if cursor is not None:
                await self._replay(stream, cursor)

        async def still_allowed() -> bool:
            return await self._still_allowed(request)

        return await self._streams.serve(request, fill, still_allowed, call.signed_in.id)

    async def heard(self, batch: Sequence[EventRow]) -> None:
        """Give a batch of events to everybody; fit for the feed."""
        if not len(self._streams):
            return
        for event in await render(self._db, batch):
            self._streams.offer(event)
        if self._counting is None or self._counting.done():
            self._counting = asyncio.create_task(self._count(), name="live counts")

    async def close(self, _app: web.Application | None = None) -> None:
        """End all streams; fit for the application's `on_shutdown`."""
        await self._streams.close()
        if self._counting:
            self._counting.cancel()
            await asyncio.gather(self._counting, return_exceptions=True)

    async def _replay(self, stream: Stream, cursor: int) -> None:
        missed = await self._db.read(events.read_after, cursor, BATCH)
        lost = await self._db.read(events.is_lost, cursor)
        if lost or len(missed) >= BATCH:
            stream.offer(ServerEvent(str(self._feed.cursor), "resync", b"{}"))
            return
        for event in await render(self._db, missed):
            stream.offer(event)

    async def _count(self) -> None:
        # First wait, then count: what happens in between is counted too.
        await asyncio.sleep(self._count_seconds)
        try:
            found = await self._db.read(conversation_lists.counts_of, self._streams.owners)
            for agent_id, counts in found.items():
                self._streams.offer(self._counts(counts), agent_id)
        except Exception:
            log.exception("counting for the screens failed")

    def _counts(self, counts: Counts) -> ServerEvent:
        """Give counts, which no row has, a number between the newest row and the next."""
        self._extra = (self._extra + 1) % 300_000
        place = f"{self._feed.cursor}.{600_000 + self._extra}"
        return ServerEvent(place, "counts", msgspec.json.encode(counts_shape(counts)))


def _cursor(request: web.Request) -> int | None:
    given = request.headers.get("Last-Event-ID") or request.query.get("after", "")
    match = re.fullmatch(r"(\d{1,18})(\.\d+)?", given, re.ASCII)
    return int(match[1]) if match else None
