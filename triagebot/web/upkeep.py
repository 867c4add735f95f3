"""Small work that nobody waits for: keep index and counts up, drop what has ended."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime

from triagebot.errors import TriagebotError
from triagebot.store import agents, events, hour_counts, search
from triagebot.store.database import Database

log = logging.getLogger(__name__)

INDEX_SECONDS = 1.0
PRUNE_SECONDS = 600.0
INDEXED_AT_ONCE = 200
"""Small, as it holds the writer for that long."""
COUNTED_AT_ONCE = 2000


class Upkeep:
    """Some loops over the store; one node's work does not disturb another's."""

    def __init__(
        self,
        db: Database,
        clock: Callable[[], datetime],
        *,
        index_seconds: float = INDEX_SECONDS,
        prune_seconds: float = PRUNE_SECONDS,
    ) -> None:
        self._db = db
        self._clock = clock
        self._loops = (
            (self.index, index_seconds),
            (self.count, index_seconds),
            (self.prune, prune_seconds),
        )
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Begin."""
        for work, seconds in self._loops:
            task = asyncio.create_task(_repeat(work, seconds), name=f"upkeep {work.__name__}")
            self._tasks.append(task)

    async def close(self) -> None:
        """Stop; what has been handed to the store is still done."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks.clear()

    async def index(self) -> None:
        """Index all messages that are not yet."""
        # One small job after the other: messages that wait for the writer go between them.
        while await self._db.write(search.index_new, INDEXED_AT_ONCE) == INDEXED_AT_ONCE:
            pass

    async def count(self) -> None:
        """Count all messages that are not yet."""
        while await self._db.write(hour_counts.count_new, self._clock(), COUNTED_AT_ONCE):
            pass

    async def prune(self) -> None:
        """Drop old events and ended sessions."""
        await self._db.write(events.prune)
        await self._db.write(agents.prune_sessions, self._clock())


async def _repeat(work: Callable[[], Awaitable[None]], seconds: float) -> None:
    while True:
        try:
            await work()
        except TriagebotError as error:
            log.warning("upkeep waits: %s", error.code)
        except Exception:  # the next round may do better
            log.exception("upkeep failed")
        await asyncio.sleep(seconds)
