"""Wake the fans who wait for something new in their talk."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from triagebot.store.events import EventRow

MOST_WAITING = 5_000
"""Polls that may wait at once; more are answered without waiting."""

Key = int | str


class News:
    """Who waits for what: for a conversation, and for whatever the fan does in another window."""

    def __init__(self, limit: int = MOST_WAITING) -> None:
        self._limit = limit
        self._waiting: defaultdict[Key, set[asyncio.Event]] = defaultdict(set)
        self._count = 0
        self._closing = False

    @property
    def waiting(self) -> int:
        """How many polls wait."""
        return self._count

    async def heard(self, batch: Sequence[EventRow]) -> None:
        """Wake those whose conversations a batch of events is about; fit for the feed."""
        for conversation_id in {event.conversation_id for event in batch}:
            if conversation_id is not None:
                self.wake(conversation_id)

    def wake(self, key: Key) -> None:
        """Wake those who wait for a conversation or a fan."""
        for event in self._waiting.get(key, ()):
            event.set()

    async def close(self, _app: object = None) -> None:
        """Send everybody home; fit for the application's `on_shutdown`."""
        self._closing = True
        for key in list(self._waiting):
            self.wake(key)

    @asynccontextmanager
    async def listening(self, *keys: Key) -> AsyncIterator[asyncio.Event]:
        """Give an event that is set when something happens; set already when too many wait."""
        event = asyncio.Event()
        if self._closing or self._count >= self._limit:
            event.set()
        for key in keys:
            self._waiting[key].add(event)
        self._count += 1
        try:
            yield event
        finally:
            self._count -= 1
            for key in keys:
                self._leave(key, event)

    def _leave(self, key: Key, event: asyncio.Event) -> None:
        self._waiting[key].discard(event)
        if not self._waiting[key]:
            del self._waiting[key]
