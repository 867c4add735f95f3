"""A node's own file of messages that the shared store could not take at the moment.

It is used on many nodes only: on one node SQLite itself is the journal. What it has acknowledged
is on this node's disk; it is lost with that disk, if the disk dies before the file is emptied.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path

from triagebot.domain.message import Inbound
from triagebot.store import spooled
from triagebot.store.database import Database
from triagebot.store.slots import Slot
from triagebot.store.spooled import Fan, Spooled

FILE = "spool.db"


class Spool:
    """The messages of one process, in the order in which they came, each once.

    `folder` may be shared by the processes of a machine. The file may have `max_bytes`.
    """

    def __init__(self, folder: Path, clock: Callable[[], datetime], *, max_bytes: int) -> None:
        self._root = folder
        self._clock = clock
        self._max_bytes = max_bytes
        self._fans: Counter[Fan] = Counter()

    @property
    def waiting(self) -> int:
        """How many messages the store does not have yet."""
        return self._fans.total()

    def has(self, inbound: Inbound) -> bool:
        """Whether messages of this fan wait, so that theirs must queue behind them."""
        return (inbound.channel, inbound.fan) in self._fans

    async def start(self) -> None:
        """Open a file that no other process has, with what an earlier run left in it."""
        self._slot = Slot(self._root)
        url = f"sqlite:///{self._slot.folder / FILE}"
        self._db = Database(url, clock=self._clock, prepare=spooled.prepare, readers=1)
        await self._db.start()
        self._fans = await self._db.read(spooled.fans)

    async def close(self) -> None:
        """Let go of the file."""
        await self._db.close()
        self._slot.release()

    async def keep(self, inbound: Inbound) -> None:
        """Return when the message is on disk; one that is there already stays as it is.

        Raises `Busy` when the file has its largest size, or the disk fails.
        """
        fan = inbound.channel, inbound.fan
        # Noted first: the fan's next message may come while this one is being written.
        self._fans[fan] += 1
        job = self._db.write(spooled.keep, inbound, self._clock(), self._max_bytes)
        writing = asyncio.ensure_future(job)
        writing.add_done_callback(partial(self._written, fan))
        await asyncio.shield(writing)  # it is written also for a caller that goes away

    async def oldest(self, limit: int) -> list[Spooled]:
        """Return up to `limit` messages that are not given up."""
        return await self._db.read(spooled.oldest, limit)

    async def drop(self, stored: Sequence[Spooled]) -> None:
        """Forget messages that the store has."""
        await self._db.write(spooled.drop, [message.id for message in stored])
        for message in stored:
            self._forget(message.fan)

    async def failed(self, messages: Sequence[Spooled]) -> None:
        """Note one more vain try; after some of them a message only lies in the file."""
        await self._db.write(spooled.failed, [message.id for message in messages])
        for message in messages:
            if message.attempts + 1 >= spooled.ATTEMPTS:
                self._forget(message.fan)

    async def touch(self) -> None:
        """Return when something was written and synced. Raises `Busy` when the disk fails."""
        await self._db.write(spooled.touch, self._clock())

    def _written(self, fan: Fan, writing: asyncio.Future[bool]) -> None:
        if writing.cancelled() or writing.exception() or not writing.result():
            self._forget(fan)

    def _forget(self, fan: Fan) -> None:
        self._fans[fan] -= 1
        if self._fans[fan] <= 0:
            del self._fans[fan]
