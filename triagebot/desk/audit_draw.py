"""Draw automatic answers for blind checks, behind the messages' back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from triagebot.desk.guess import MindHolder
from triagebot.repeating import Repeating
from triagebot.store import audit_draw
from triagebot.store.database import Database

SECONDS = 2.0
AT_ONCE = 500
"""Messages looked at in one read; only what was answered reaches the writer."""


class AuditDraw(Repeating):
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
        super().__init__((self.draw, seconds))

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
