"""Draw automatic answers for blind checks, behind the messages' back."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime

from triagebot.desk.guess import MindHolder
from triagebot.errors import TriagebotError
from triagebot.store import audit_draw
from triagebot.store.database import Database

log = logging.getLogger(__name__)

SECONDS = 2.0
AT_ONCE = 500
"""Messages looked at in one read; only what was answered reaches the writer."""


class AuditDraw:
    """Looks at what has been recorded since the last look; nodes take turns by themselves."""

    def __init__(
        self,
        db: Database,
        holder: MindHolder,
        clock: Callable[[], datetime],
        *,
        seconds: float = SECONDS,
    ) -> None:
        self._db = db
        self._holder = holder
        self._clock = clock
        self._seconds = seconds
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin."""
        self._task = asyncio.create_task(self._repeat(), name="audit draw")

    async def close(self) -> None:
        """Stop."""
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def draw(self) -> int:
        """Look at everything that is new and return how many answers were drawn.

        What comes meanwhile is for the next time.
        """
        drawn = 0
        while stretch := await self._db.read(audit_draw.unseen, AT_ONCE, self._clock()):
            rate = self._holder.mind.catalogue.policy.audit_rate
            drawn += await self._db.write(audit_draw.draw, stretch, rate, self._clock())
            if stretch.end - stretch.start < AT_ONCE:
                break
        return drawn

    async def _repeat(self) -> None:
        while True:
            try:
                await self.draw()
            except TriagebotError as error:
                log.warning("drawing audits waits: %s", error.code)
            except Exception:  # the next round may do better
                log.exception("drawing audits failed")
            await asyncio.sleep(self._seconds)
