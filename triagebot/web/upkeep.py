"""Small work that nobody waits for: keep index and counts up, drop what has ended."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from triagebot.store import agents, events, hour_counts, search
from triagebot.store.database import Database
from triagebot.web.repeating import Repeating

INDEX_SECONDS = 1.0
PRUNE_SECONDS = 600.0
INDEXED_AT_ONCE = 32
"""Small, as it holds the writer for that long."""
COUNTED_AT_ONCE = 2000


class Upkeep(Repeating):
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
        super().__init__(
            (self.index, index_seconds),
            (self.count, index_seconds),
            (self.prune, prune_seconds),
        )

    async def index(self) -> None:
        """Index all messages that are not yet."""
        # One small job after the other: messages that wait for the writer go between them.
        while await self._db.write(search.index_new, INDEXED_AT_ONCE) == INDEXED_AT_ONCE:
            pass

    async def count(self) -> None:
        """Count all messages that are not yet, but for those that come meanwhile."""
        limit = COUNTED_AT_ONCE
        while await self._db.write(hour_counts.count_new, self._clock(), limit) == limit:
            pass

    async def prune(self) -> None:
        """Drop old events and ended sessions."""
        await self._db.write(events.prune)
        await self._db.write(agents.prune_sessions, self._clock())
