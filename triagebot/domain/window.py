"""How long, and how often, a fan may still be written to: our own count of the platform's rule."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

MESSAGE_HOURS = timedelta(hours=48)
MESSAGE_COUNT = 5
"""What a fan's message allows."""

ACT_TIME = timedelta(minutes=1)
ACT_COUNT = 3
"""What a tap on the menu, a follow or a scan allows."""


@dataclass(frozen=True, slots=True)
class Grant:
    """So many messages until then."""

    until: datetime
    left: int


@dataclass(frozen=True, slots=True)
class Window:
    """What a fan's last message and last act allow, each on its own.

    Whether WeChat adds them up is not documented; here the better one counts, and a message of
    ours is taken off both, so that more is never promised than there is.
    """

    message: Grant | None = None
    act: Grant | None = None

    def left(self, now: datetime) -> int:
        """Return how many messages may still be sent."""
        return max((grant.left for grant in self._open(now)), default=0)

    def until(self, now: datetime) -> datetime | None:
        """Return when the last of them expires; None when nothing may be sent."""
        return max((grant.until for grant in self._open(now) if grant.left), default=None)

    def is_open(self, now: datetime) -> bool:
        """Whether there is still time, be there messages left or not."""
        return bool(self._open(now))

    def spent(self, count: int = 1) -> Window:
        """Return the window after messages of ours."""
        return Window(_less(self.message, count), _less(self.act, count))

    def _open(self, now: datetime) -> list[Grant]:
        return [grant for grant in (self.message, self.act) if grant and now < grant.until]


def _less(grant: Grant | None, count: int) -> Grant | None:
    return replace(grant, left=max(grant.left - count, 0)) if grant else None
