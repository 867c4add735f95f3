"""Send what was decided on many, a few at a time: the platforms count every message."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from triagebot.repeating import Repeating
from triagebot.store import clearing_sends, recall_sends
from triagebot.store.database import Database

SECONDS = 1.0


class ClearingSends(Repeating):
    """Works off the decisions whose minute is over; `per_second()` fans are written to at most."""

    def __init__(
        self,
        db: Database,
        clock: Callable[[], datetime],
        wake: Callable[[], None],
        per_second: Callable[[], int],
        *,
        seconds: float = SECONDS,
    ) -> None:
        self._db = db
        self._clock = clock
        self._wake = wake
        self._per_second, self._seconds = per_second, seconds
        super().__init__((self.work, seconds))

    async def work(self) -> None:
        """Write to the next fans, put those who were not reached back."""
        at_once = max(1, round(self._per_second() * self._seconds))
        sent = await self._db.write(clearing_sends.send_due, self._clock(), at_once)
        # Corrections share the pace: the platforms count both.
        left = at_once - sent
        sent += await self._db.write(recall_sends.send_due, self._clock(), left) if left else 0
        if sent:
            self._wake()
        await self._db.write(clearing_sends.reopen_failed, self._clock())
