"""Decides by time, not by count, how much is given up: queue divided by commit rate. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

from triagebot.domain.surge import Stage

CROWD = 200
"""With fewer messages waiting nothing is given up, however slow the machine is."""


@dataclass(frozen=True, slots=True)
class Load:
    """How a node does: messages `waiting` for their commit, how many are committed a second,
    the seconds that the `oldest` waits, and by how many seconds the event loops lag."""

    waiting: int
    rate: float
    oldest: float = 0.0
    lag: float = 0.0

    @property
    def wait(self) -> float:
        """Seconds that a message which comes now may expect to wait."""
        if not self.waiting:
            return self.lag
        queued = self.waiting / self.rate if self.rate > 0 else self.oldest
        return max(queued, self.oldest, self.lag)

    def room(self, seconds: float) -> float:
        """Return how many may wait if the last of them is to have its end within `seconds`."""
        if self.waiting < CROWD:
            return inf
        if self.rate <= 0.0:
            return inf if self.wait < seconds else 0.0
        return max(CROWD, self.rate * (seconds - self.lag))


@dataclass(frozen=True, slots=True)
class Limits:
    """All in seconds.

    Longer than `pressed` to wait, for `patience`, gives up one stage more; shorter than `calm`,
    for `rest`, takes one back. Who would wait longer than `refused` is refused at once, so that
    nobody waits in vain: WeChat hangs up at 5.
    """

    pressed: float = 1.0
    calm: float = 0.3
    patience: float = 1.0
    rest: float = 60.0
    refused: float = 3.5


class Surge:
    """The stage of one node, one step at a time, unless a person has pinned it."""

    def __init__(self, limits: Limits | None = None) -> None:
        self.limits = limits or Limits()
        self.pinned: Stage | None = None
        self._stage = Stage.FULL
        self._pressed_since: float | None = None
        self._calm_since: float | None = None
        self._crowded = False

    @property
    def stage(self) -> Stage:
        """The stage in force."""
        return self.pinned or self._stage

    @property
    def refuses(self) -> bool:
        """Whether whoever comes now would wait too long."""
        return self._crowded

    def pin(self, stage: Stage | None) -> None:
        """Hold a stage until it is let go with None; then the measure counts again, from full."""
        self.pinned = stage
        self._stage = Stage.FULL
        self._pressed_since = self._calm_since = None

    def observe(self, now: float, load: Load) -> Stage:
        """Take one look at the load, `now` in seconds of any clock, and return the stage."""
        crowd = load.waiting >= CROWD
        self._crowded = crowd and load.wait > self.limits.refused
        is_pressed = crowd and load.wait > self.limits.pressed
        is_calm = load.wait < self.limits.calm or load.waiting < CROWD
        self._pressed_since = _since(self._pressed_since, is_pressed, now)
        self._calm_since = _since(self._calm_since, is_calm and not is_pressed, now)
        if self._lasts(self._pressed_since, now, self.limits.patience):
            self._stage = Stage(min(self._stage + 1, Stage.COUNT))
            self._pressed_since = now
        elif self._lasts(self._calm_since, now, self.limits.rest):
            self._stage = Stage(max(self._stage - 1, Stage.FULL))
            self._calm_since = now
        return self.stage

    @staticmethod
    def _lasts(since: float | None, now: float, seconds: float) -> bool:
        return since is not None and now - since >= seconds


def _since(before: float | None, holds: bool, now: float) -> float | None:
    """Return since when something holds without a break, None when it does not."""
    if not holds:
        return None
    return now if before is None else before
