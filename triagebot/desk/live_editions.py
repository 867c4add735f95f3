"""Bring what staff publish into the mind that serves, at once and in every process."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from typing import Protocol

from triagebot.domain.catalogue import Catalogue
from triagebot.domain.edition import Edition
from triagebot.store import editions
from triagebot.store.database import Database
from triagebot.store.events import EventRow
from triagebot.triage.editions import lay_over, next_change

log = logging.getLogger(__name__)

LOOK_SECONDS = 1.0
"""How late the beginning or end of an edition's time may be noticed."""


class Editable(Protocol):
    """Whoever holds the mind, and can let it answer from another catalogue."""

    async def edit(self, change: Callable[[Catalogue], Catalogue]) -> None:
        """Answer from what `change` makes of the bundle's catalogue, from now on."""


class LiveEditions:
    """Follows what is published, and the clock."""

    def __init__(self, db: Database, holder: Editable, clock: Callable[[], datetime]) -> None:
        self._db = db
        self._holder = holder
        self._clock = clock
        self._editions: list[Edition] = []
        self._next: datetime | None = None
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Apply what is published already, and begin to watch the clock."""
        await self.refresh()
        self._task = asyncio.create_task(self._follow(), name="editions")

    async def close(self) -> None:
        """Stop watching."""
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def heard(self, batch: Sequence[EventRow]) -> None:
        """Apply what another process has published; fit for the feed."""
        if any(event.kind == "catalogue" for event in batch):
            await self.refresh()

    async def refresh(self) -> None:
        """Read what is published and let the mind answer from it."""
        self._editions = await self._db.read(editions.published)
        await self.apply()

    async def apply(self) -> None:
        """Let the mind answer from what is valid now."""
        now = self._clock()
        self._next = next_change(self._editions, now)
        await self._holder.edit(partial(_laid_over, self._editions, self._clock))

    async def _follow(self) -> None:
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            if self._next is None or self._clock() < self._next:
                continue
            try:
                await self.apply()
                log.info("an edition has begun or ended")
            except Exception:  # the watch must outlive one bad edition
                log.exception("applying editions failed")


def _laid_over(
    editions: Sequence[Edition], clock: Callable[[], datetime], catalogue: Catalogue
) -> Catalogue:
    """Lay editions over whichever bundle serves; a later one is met at its own moment."""
    return lay_over(catalogue, editions, clock())
