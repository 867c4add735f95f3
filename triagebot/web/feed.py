"""Follow what changed in the store: told at once of commits here, within a second of others'."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Sequence

from triagebot.errors import TriagebotError
from triagebot.store import events
from triagebot.store.database import Database
from triagebot.store.events import EventRow

log = logging.getLogger(__name__)

Listener = Callable[[Sequence[EventRow]], Awaitable[None]]

BATCH = 500


class Feed:
    """Reads events in order and gives each batch to every listener.

    `poll` is how many seconds other nodes' events may stay unseen; `pause` is the least time
    between two batches, so that a surge is told in few of them.
    """

    def __init__(self, db: Database, *, poll: float = 1.0, pause: float = 0.05) -> None:
        self._db = db
        self._poll = poll
        self._pause = pause
        self._wake = asyncio.Event()
        self._listeners: list[Listener] = []
        self._task: asyncio.Task[None] | None = None
        self.cursor = 0

    def listen(self, listener: Listener) -> None:
        """Call `listener` with each batch, oldest event first."""
        self._listeners.append(listener)

    async def start(self) -> None:
        """Begin after the newest event; the database must have been started."""
        self.cursor = await self._db.read(events.newest)
        self._db.on_commit(self._wake.set)
        self._task = asyncio.create_task(self._follow(), name="feed")

    async def close(self) -> None:
        """Stop following."""
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _follow(self) -> None:
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._poll):
                    await self._wake.wait()
            self._wake.clear()
            try:
                await self._read_on()
            except TriagebotError as error:
                log.warning("events cannot be read now: %s", error.code)
            except Exception:  # the feed must outlive one bad batch
                log.exception("following events failed")
            await asyncio.sleep(self._pause)

    async def _read_on(self) -> None:
        is_more = True
        while is_more:
            batch = await self._db.read(events.read_after, self.cursor, BATCH)
            is_more = len(batch) == BATCH
            if batch:
                self.cursor = batch[-1].id
                for listener in self._listeners:
                    await self._tell(listener, batch)

    async def _tell(self, listener: Listener, batch: Sequence[EventRow]) -> None:
        try:
            await listener(batch)
        except Exception:  # one listener's fault is not the others'
            log.exception("a listener of events failed")
