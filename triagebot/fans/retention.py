"""Keeps to how long the owner wants messages and the log of deeds to be kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from triagebot.repeating import Repeating
from triagebot.store import retention, seals
from triagebot.store.database import Database
from triagebot.triage.normalise import mask

SECONDS = 600.0


@dataclass(frozen=True, slots=True)
class Ages:
    """Days after which words, and the log of deeds, are forgotten; 0 keeps them for ever."""

    message_days: int = 0
    log_days: int = 0


class Retention(Repeating):
    """Forgets what is too old, a little at a time, so that no message waits for it."""

    def __init__(self, db: Database, ages: Ages, clock: Callable[[], datetime]) -> None:
        self._db = db
        self._ages = ages
        self._clock = clock
        super().__init__((self.keep, SECONDS))

    async def keep(self) -> None:
        """Forget what is too old by now."""
        if self._ages.message_days:
            before = self._clock() - timedelta(days=self._ages.message_days)
            while await self._db.write(retention.forget_words, before, mask):
                pass
            await self._db.write(retention.forget_talks, before)
        if self._ages.log_days:
            days = max(self._ages.log_days, seals.LEAST_LOG_DAYS)
            await self._db.write(retention.forget_deeds, self._clock() - timedelta(days=days))
