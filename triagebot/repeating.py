"""Work that is done again and again beside the requests, and outlives its own faults.

Loops that begin together would do their work at the same moments for good, and whoever waits for
the store then waits for all of them: after its first round each goes on at a moment of its own.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from zlib import crc32

from triagebot.errors import TriagebotError

log = logging.getLogger(__name__)

Work = Callable[[], Awaitable[object]]


class Repeating:
    """Some loops, each a piece of work with the seconds to wait after it."""

    def __init__(self, *loops: tuple[Work, float]) -> None:
        self._loops = loops
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Begin, also again after a close."""
        for work, seconds in self._loops:
            name = getattr(work, "__qualname__", "work")
            self._tasks.append(asyncio.create_task(_repeat(work, seconds), name=name))

    async def close(self) -> None:
        """Stop; what has been handed to the store is still done."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks.clear()


async def _repeat(work: Work, seconds: float) -> None:
    name = getattr(work, "__qualname__", "work")
    pause = seconds * _share(name)
    while True:
        try:
            await work()
        except TriagebotError as error:
            log.warning("%s waits: %s", name, error.code)
        except Exception:  # the next round may do better
            log.exception("%s failed", name)
        await asyncio.sleep(pause)
        pause = seconds


def _share(name: str) -> float:
    """Return which part, 0..1, of its pause a loop waits the first time; the same in each run."""
    return crc32(name.encode()) / 2**32
