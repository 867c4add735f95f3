"""The ways of replies in the store: what the callback asks before it answers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from triagebot.channels.wechat.answering import Outcome
from triagebot.store import reply_ways
from triagebot.store.database import Database

HELD_FOR = timedelta(seconds=20)
"""Longer than WeChat goes on repeating: deliveries at 0, 5 and 10 s, each for at most 5 s."""


class StoredWays:
    """`can_send` tells which channels may send by themselves; `wake` is told of what is queued."""

    def __init__(
        self,
        db: Database,
        clock: Callable[[], datetime],
        can_send: Callable[[str], bool],
        wake: Callable[[], None] = lambda: None,
    ) -> None:
        self.can_send = can_send
        self.wake = wake
        self._db = db
        self._clock = clock

    async def take(self, outcome: Outcome) -> bool:
        """Say that a redelivery carries the reply, and return whether that is so."""
        return await self._db.write(reply_ways.claim_passive, outcome.message_id)

    async def send_late(self, outcome: Outcome) -> bool:
        """Queue the reply to go out by itself, and return whether it goes that way."""
        is_late = await self._db.write(reply_ways.send_late, outcome.message_id, self._clock())
        if is_late:
            self.wake()
        return is_late

    async def hold(self, outcome: Outcome) -> None:
        """Leave the reply to redeliveries while they may still come, then queue it."""
        due_at = self._clock() + HELD_FOR
        await self._db.write(reply_ways.hold, outcome.message_id, due_at)
