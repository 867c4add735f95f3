"""Tell all nodes who has the desk open here, and know who has it open anywhere."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from triagebot.repeating import Repeating
from triagebot.store import presence
from triagebot.store.database import Database

SECONDS = 2.0
TOLD_AGAIN = presence.FRESH / 3
"""Who stays is told of so often, so that a node that dies is soon believed to be empty."""


class Listening(Protocol):
    """The open streams of this node."""

    @property
    def owners(self) -> set[int]:
        """The ids of the agents who listen."""


class Presence(Repeating):
    """Who is at the desk; `node` is a name that no other process has."""

    def __init__(
        self,
        db: Database,
        streams: Listening,
        clock: Callable[[], datetime],
        node: str,
        *,
        seconds: float = SECONDS,
    ) -> None:
        self._db = db
        self._streams = streams
        self._clock = clock
        self._node = node
        self._told: tuple[set[int], datetime] | None = None
        super().__init__((self.tell, seconds))

    async def everywhere(self) -> set[int]:
        """Return the ids of all agents at the desk, those of this node as of this moment."""
        return self._streams.owners | await self._db.read(presence.here, self._clock())

    async def tell(self) -> None:
        """Store who is here, if that has changed or was told long ago."""
        here, now = self._streams.owners, self._clock()
        if self._told and self._told[0] == here and (now < self._told[1] + TOLD_AGAIN or not here):
            return
        await self._db.write(presence.tell, self._node, here, now)
        self._told = (here, now)

    async def close(self) -> None:
        """Stop; nobody is here any more."""
        await super().close()
        await self._db.write(presence.tell, self._node, frozenset(), self._clock())
