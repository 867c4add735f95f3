"""The work on fans that nobody waits for: note who wrote, forget who left."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from triagebot.fans.forgetting import Forgetting
from triagebot.repeating import Repeating
from triagebot.store import fans
from triagebot.store.database import Database

NOTE_SECONDS = 1.0
POLICY_SECONDS = 600.0
AT_ONCE = 2000


class FanKeeping(Repeating):
    """Two loops over the store; what two nodes do at once is done once."""

    def __init__(self, db: Database, forgetting: Forgetting, clock: Callable[[], datetime]) -> None:
        self._db = db
        self._clock = clock
        super().__init__((self.note, NOTE_SECONDS), (forgetting.keep_policy, POLICY_SECONDS))

    async def note(self) -> None:
        """Note who sent the messages that were not looked at yet."""
        while await self._db.write(fans.note_new, self._clock(), AT_ONCE) == AT_ONCE:
            pass
