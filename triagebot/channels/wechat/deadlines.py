"""One timer for all that has to end in the same moment: one for each message costs more."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Generic, TypeVar

MOMENT = 0.02
"""Seconds; deadlines that lie closer together are kept together, at the earliest of them."""

T = TypeVar("T")


class Deadlines(Generic[T]):
    """Calls `give_up` with whatever is not dropped before its time is up."""

    def __init__(self, give_up: Callable[[T], None]) -> None:
        self._give_up = give_up
        self._waiting: dict[int, dict[T, None]] = {}

    def add(self, waiting: T, seconds: float, loop: asyncio.AbstractEventLoop) -> int:
        """Give up in so many seconds, or up to a moment earlier; return what drops it."""
        moment = int((loop.time() + max(seconds, 0.0)) / MOMENT)
        together = self._waiting.get(moment)
        if together is None:
            together = self._waiting[moment] = {}
            loop.call_at(moment * MOMENT, self._end, moment)
        together[waiting] = None
        return moment

    def drop(self, waiting: T, moment: int) -> None:
        """Let it be: it has come to its end."""
        together = self._waiting.get(moment)
        if together is not None:
            together.pop(waiting, None)

    def _end(self, moment: int) -> None:
        for waiting in self._waiting.pop(moment):
            self._give_up(waiting)
