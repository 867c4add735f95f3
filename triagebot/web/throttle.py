"""Count tries per key in bounded memory, and say when one has had too many."""

from __future__ import annotations

import math
from collections import OrderedDict, deque
from collections.abc import Callable
from datetime import datetime, timedelta

from triagebot.errors import TooMany

Clock = Callable[[], datetime]

GUESSES = 5
GUESS_WINDOW = timedelta(minutes=15)


class Throttle:
    """At most `limit` tries per key within `window`; remembers at most `keys` keys.

    When memory is full, the key that was touched longest ago is forgotten.
    """

    def __init__(self, clock: Clock, *, limit: int, window: timedelta, keys: int = 10_000) -> None:
        self._clock = clock
        self._limit = limit
        self._window = window
        self._keys = keys
        self._tries: OrderedDict[str, deque[datetime]] = OrderedDict()

    def __len__(self) -> int:
        """How many keys are remembered."""
        return len(self._tries)

    def check(self, *keys: str) -> None:
        """Raise `TooMany`, with the seconds to wait, when any key has had its tries."""
        now = self._clock()
        waits = [self._wait(key, now) for key in keys]
        longest = max(waits, default=timedelta())
        if longest > timedelta():
            seconds = math.ceil(longest.total_seconds())
            raise TooMany(
                f"Too many tries; wait {seconds} seconds.", fields={"retry_after": str(seconds)}
            )

    def count(self, *keys: str) -> None:
        """Remember one try for each key."""
        now = self._clock()
        for key in keys:
            tries = self._tries.setdefault(key, deque(maxlen=self._limit))
            tries.append(now)
            self._tries.move_to_end(key)
        while len(self._tries) > self._keys:
            self._tries.popitem(last=False)

    def admit(self, *keys: str) -> None:
        """Check and count in one. Raises `TooMany`."""
        self.check(*keys)
        self.count(*keys)

    def forget(self, key: str) -> None:
        """Drop the tries of a key, as after a right password."""
        self._tries.pop(key, None)

    def undo(self, key: str) -> None:
        """Take back the newest try of a key, and only that one."""
        tries = self._tries.get(key)
        if tries:
            tries.pop()

    def _wait(self, key: str, now: datetime) -> timedelta:
        tries = self._tries.get(key)
        if not tries:
            return timedelta()
        while tries and now - tries[0] >= self._window:
            tries.popleft()
        if not tries:
            del self._tries[key]
            return timedelta()
        if len(tries) < self._limit:
            return timedelta()
        return self._window - (now - tries[0])


def of_guesses(clock: Clock) -> Throttle:
    """Return the throttle for what nobody may find out by trying: a password, a code."""
    return Throttle(clock, limit=GUESSES, window=GUESS_WINDOW)
