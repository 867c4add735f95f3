"""Small work that nobody waits for: keep index and counts up, drop what has ended."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime

from triagebot.repeating import Repeating
from triagebot.store import agents, events, hour_counts, seals, search
from triagebot.store.database import Database

log = logging.getLogger(__name__)

INDEX_SECONDS = 1.0
PRUNE_SECONDS = 600.0
SEAL_SECONDS = 300.0
INDEXED_AT_ONCE = 256
"""It holds the writer for some 5 ms. Parts of 32 cost twice as much a message: each makes the index
a segment of its own, which is merged with others again and again."""
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
            (self.seal, SEAL_SECONDS),
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

    async def seal(self) -> None:
        """Seal the deeds that are settled, and write each seal where the database has no say."""
        while sealed := await self._db.write(seals.add, self._clock()):
            log.info("%d deeds up to %d sealed: %s", sealed.deeds, sealed.last_id, sealed.whole)
