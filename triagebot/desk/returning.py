"""Bring conversations back: whose time has come, and whom an agent has left too long."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from triagebot.repeating import Repeating
from triagebot.store import conversation_moves
from triagebot.store.database import Database

SECONDS = 5.0


class Returning(Repeating):
    """Wakes what was put aside; a fan unanswered for `minutes()` is back in the queue, 0 never."""

    def __init__(
        self,
        db: Database,
        clock: Callable[[], datetime],
        minutes: Callable[[], int],
        *,
        seconds: float = SECONDS,
    ) -> None:
        self._db = db
        self._clock = clock
        self._minutes = minutes
        super().__init__((self.work, seconds))

    async def work(self) -> None:
        """Look once."""
        now = self._clock()
        await self._db.write(conversation_moves.wake_due, now)
        if minutes := self._minutes():
            left = now - timedelta(minutes=minutes)
            await self._db.write(conversation_moves.give_back, now, left)
