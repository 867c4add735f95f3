"""Send what was decided on many, a few at a time: the platforms count every message."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime

from triagebot.errors import TriagebotError
from triagebot.store import clearing_sends, recall_sends
from triagebot.store.database import Database

log = logging.getLogger(__name__)

SECONDS = 1.0


class ClearingSends:
    """Works off the decisions whose minute is over; `per_second` fans are written to at most."""

    def __init__(
        self,
        db: Database,
        clock: Callable[[], datetime],
        wake: Callable[[], None],
        per_second: int,
        *,
        seconds: float = SECONDS,
    ) -> None:
        self._db = db
        self._clock = clock
        self._wake = wake
        self._at_once = max(1, round(per_second * seconds))
        self._seconds = seconds
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin."""
        self._task = asyncio.create_task(self._repeat(), name="clearing sends")

    async def close(self) -> None:
        """Stop; what is queued is still delivered."""
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def work(self) -> int:
        """Write to the next fans, put those who were not reached back; return how many went."""
        sent = await self._db.write(clearing_sends.send_due, self._clock(), self._at_once)
        # Corrections share the pace: the platforms count both.
        left = self._at_once - sent
        sent += await self._db.write(recall_sends.send_due, self._clock(), left) if left else 0
        if sent:
            self._wake()
        await self._db.write(clearing_sends.reopen_failed, self._clock())
        return sent

    async def _repeat(self) -> None:
        while True:
            try:
                await self.work()
            except TriagebotError as error:
                log.warning("sending to many waits: %s", error.code)
            except Exception:  # the next round may do better
                log.exception("sending to many failed")
            await asyncio.sleep(self._seconds)
