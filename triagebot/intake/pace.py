"""How fast messages come, and whether waiting a moment for the next pays. Pure."""

from __future__ import annotations

LINGER = 0.004
"""Seconds that the first message of a batch waits for others: their thought and their commit cost
little more than its own."""

RUSH_GAP = 0.001
RUSH_LINGER = 0.02
"""Seconds that it waits where more than a thousand come a second: at 2,900 a second each message
costs 7 % less than with 12 ms, and half of the replies come within 41 ms instead of 32."""

_NEWEST = 1 / 16
_LONGEST = 0.1


class Pace:
    """The mean gap between messages, of which the newest counts a sixteenth.

    After a silence nobody is waited for. `now` is in seconds of any clock. `linger` is how long a
    message waits outside a rush.
    """

    def __init__(self, linger: float = LINGER) -> None:
        self._linger = linger
        self._gap = _LONGEST
        self._last = 0.0

    def came(self, now: float) -> None:
        """Note that a message has come."""
        gap = min(now - self._last, _LONGEST)
        self._gap += (gap - self._gap) * _NEWEST
        self._last = now

    @property
    def linger(self) -> float:
        """For how many seconds a message waits for the next; 0 where none is likely to come."""
        if self._gap < RUSH_GAP:
            return RUSH_LINGER
        return self._linger if self._gap < self._linger else 0.0
