"""What every fault run counts, in the same words."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any

from triagebot.machine import busyness, describe

SLOWEST = {
    "outages": 2.5,
    "failover": 2.5,
    "parted": 2.5,
    "link": 2.5,
    "upgrade": 4.5,
    "slow": 4.5,
}
"""Seconds within which a run must have every answer: one for the breaker, and the rest for a
machine on which everything runs at once; upgrades have until just before WeChat hangs up."""


@dataclass(slots=True)
class Tally:
    """One run. `faults` says what broke a promise, a line each; none means that all held.

    `acked` were acknowledged, `stored` found again, `lost` acknowledged and not found,
    `different` got two answers, `doubled` were stored or held twice. `figures` are what else the
    run measured.
    """

    name: str
    seed: int
    planted: str = ""
    rounds: int = 0
    acked: int = 0
    stored: int = 0
    lost: int = 0
    different: int = 0
    doubled: int = 0
    faults: list[str] = field(default_factory=list)
    figures: dict[str, float | int | str] = field(default_factory=dict)
    seconds: float = 0.0

    @property
    def held(self) -> bool:
        """Whether every promise held."""
        return not (self.lost or self.different or self.doubled or self.faults)

    def worst(self, name: str, value: float) -> None:
        """Keep the largest value of a figure."""
        self.figures[name] = max(float(self.figures.get(name, 0.0)), round(value, 3))

    def add(self, name: str, value: int = 1) -> None:
        """Count something."""
        self.figures[name] = int(self.figures.get(name, 0)) + value

    def join(self, part: Tally) -> None:
        """Add what a part of this run counted; of figures with a fraction the worst is kept, of
        words the last.
        """
        for name in ("rounds", "acked", "stored", "lost", "different", "doubled", "faults"):
            setattr(self, name, getattr(self, name) + getattr(part, name))
        for name, value in part.figures.items():
            if isinstance(value, int):
                self.add(name, value)
            elif isinstance(value, str):
                self.figures[name] = value
            else:
                self.worst(name, float(value))

    def as_json(self) -> dict[str, Any]:
        """Return everything with date and machine, as it is kept."""
        return {
            **asdict(self),
            "faults": self.faults[:20],
            "held": self.held,
            "seconds": round(self.seconds, 1),
            "at": datetime.now(UTC).isoformat(timespec="seconds"),
            "machine": describe(),
            "load": busyness(),
        }

    @contextmanager
    def timed(self) -> Iterator[None]:
        """Add the time of a block to `seconds`."""
        began = time.perf_counter()
        try:
            yield
        finally:
            self.seconds += time.perf_counter() - began
