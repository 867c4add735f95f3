"""How long, and how often, each fan may still be written to: our own count of Tencent's rule."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from triagebot.domain.message import Event, Inbound, Kind

AFTER_MESSAGE = (timedelta(hours=48), 5)
AFTER_ACT = (timedelta(minutes=1), 3)
"""After a tap on the menu, a follow or a scan."""

_ACTS = frozenset({"click", "scancode_push", "scancode_waitmsg", "subscribe", "scan"})
_REMEMBERED = 200_000


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

    def opened(self, inbound: Inbound) -> Window:
        """Return the window after something that the fan did, counted from when they did it."""
        if inbound.event is Event.UNFOLLOW:
            return Window()
        if inbound.kind is Kind.EVENT:
            name = inbound.detail.get("Event", "").lower()
            return (
                replace(self, act=_grant(inbound, AFTER_ACT, self.act)) if name in _ACTS else self
            )
        if inbound.detail.get("bizmsgmenuid"):  # a tap on our menu message is no message
            return replace(self, act=_grant(inbound, AFTER_ACT, self.act))
        return replace(self, message=_grant(inbound, AFTER_MESSAGE, self.message))

    def spent(self) -> Window:
        """Return the window after one message of ours."""
        return Window(_less(self.message), _less(self.act))

    def used_up(self) -> Window:
        """Return the window after WeChat said that there were no messages left."""
        return Window(_none(self.message), _none(self.act))

    def _open(self, now: datetime) -> list[Grant]:
        return [grant for grant in (self.message, self.act) if grant and now < grant.until]


class Ledger:
    """The windows of the fans who did something lately.

    A fan it does not know may still be written to: WeChat's own answer is the truth.
    """

    def __init__(self, clock: Callable[[], datetime], remembered: int = _REMEMBERED) -> None:
        self._clock = clock
        self._remembered = remembered
        self._windows: OrderedDict[str, Window] = OrderedDict()

    def note(self, inbound: Inbound) -> None:
        """Take down what a fan did."""
        self._put(inbound.fan, self._windows.get(inbound.fan, Window()).opened(inbound))

    def window(self, fan: str) -> Window | None:
        """Return the window of a fan, None when nothing is known."""
        return self._windows.get(fan)

    def left(self, fan: str) -> int | None:
        """Return how many messages a fan may still get, None when nothing is known."""
        window = self._windows.get(fan)
        return None if window is None else window.left(self._clock())

    def spend(self, fan: str) -> None:
        """Take down that a message was sent."""
        if window := self._windows.get(fan):
            self._put(fan, window.spent())

    def use_up(self, fan: str) -> None:
        """Take down that WeChat wants to hear from the fan first."""
        self._put(fan, self._windows.get(fan, Window()).used_up())

    def close(self, fan: str) -> None:
        """Take down that the fan cannot be written to any more."""
        self._put(fan, Window())

    def _put(self, fan: str, window: Window) -> None:
        self._windows[fan] = window
        self._windows.move_to_end(fan)
        while len(self._windows) > self._remembered:
            self._windows.popitem(last=False)


def _grant(inbound: Inbound, rule: tuple[timedelta, int], known: Grant | None) -> Grant:
    """Return the later of two grants: a redelivery, or a straggler, gives nothing new."""
    duration, messages = rule
    until = inbound.sent_at + duration
    return known if known and known.until >= until else Grant(until, messages)


def _less(grant: Grant | None) -> Grant | None:
    return replace(grant, left=max(grant.left - 1, 0)) if grant else None


def _none(grant: Grant | None) -> Grant | None:
    return replace(grant, left=0) if grant else None
