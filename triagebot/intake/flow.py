"""How many messages wait, and how fast they come to their end. Pure."""

from __future__ import annotations

from collections import deque

from triagebot.intake.surge import CROWD, Load

WINDOW = 20
"""Over how many looks the rate is taken."""

Look = tuple[float, int]
"""When it was, and how many messages had ended by then."""


class Flow:
    """Counts messages in and out; times are in seconds of any clock.

    The rate is that of the time that has passed, also when a look comes late. Where a crowd has
    just come, it is at least the rate since then: while few wait, few can end.
    """

    def __init__(self) -> None:
        self._waiting: dict[object, float] = {}
        self._ended = 0
        self._looks: deque[Look] = deque(maxlen=WINDOW + 1)
        self._calm: Look = (float("-inf"), 0)

    def __len__(self) -> int:
        """Return how many wait."""
        return len(self._waiting)

    def came(self, message: object, now: float) -> None:
        """Note that a message waits from now on."""
        if not self._looks:
            self._looks.append((now, self._ended))
        self._waiting[message] = now

    def went(self, message: object) -> None:
        """Note that a message waits no more."""
        if self._waiting.pop(message, None) is not None:
            self._ended += 1

    def look(self, now: float, lag: float = 0.0) -> Load:
        """Return how it goes, where an event loop lags by so many seconds."""
        self._looks.append((now, self._ended))
        if len(self) < CROWD:
            self._calm = now, self._ended
        first = self._looks[0]
        rate = max(self._since(*each, now) for each in (first, max(first, self._calm)))
        oldest = next(iter(self._waiting.values()), now)
        return Load(len(self), rate, now - oldest, lag)

    def _since(self, at: float, ended: int, now: float) -> float:
        return (self._ended - ended) / (now - at) if now > at else 0.0
