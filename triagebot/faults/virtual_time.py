"""An event loop whose clock jumps to the next thing to do, so that a minute takes milliseconds."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Coroutine, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

T = TypeVar("T")

BEGIN = datetime(2024, 11, 11, 20, 0, tzinfo=UTC)


class Stuck(Exception):
    """Everything waits for something that can never come."""


class VirtualLoop(asyncio.SelectorEventLoop):
    """Runs callbacks in the usual order; there are no files, no threads and no waiting."""

    def __init__(self) -> None:
        self._selector_of_time = _Waiting()
        super().__init__(self._selector_of_time)

    def time(self) -> float:
        """Return the virtual seconds since the loop was made."""
        return self._selector_of_time.seconds

    def now(self) -> datetime:
        """Return the virtual time of day."""
        return BEGIN + timedelta(seconds=self.time())


class _Waiting(selectors.BaseSelector):
    """Passes the time instead of waiting."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self._files: dict[Any, selectors.SelectorKey] = {}

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            raise Stuck
        self.seconds += timeout
        return []

    def register(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        key = selectors.SelectorKey(fileobj, int(fileobj), events, data)
        self._files[fileobj] = key
        return key

    def unregister(self, fileobj: Any) -> selectors.SelectorKey:
        return self._files.pop(fileobj)

    def get_map(self) -> Mapping[Any, selectors.SelectorKey]:
        return self._files


def run(main: Coroutine[Any, Any, T], loop: VirtualLoop) -> T:
    """Run a coroutine to its end, cancel what it left behind, and close the loop."""
    try:
        return loop.run_until_complete(main)
    finally:
        left = asyncio.all_tasks(loop)
        for task in left:
            task.cancel()
        if left:
            loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))
            loop.run_until_complete(asyncio.sleep(0))  # whoever waited for them hears of it
        loop.close()
