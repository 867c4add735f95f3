"""How long requests took, counted by bucket: an integer each, however many there are."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass, field

BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 30.0)
"""The longest time in seconds that each counts; one more counts what took longer."""


@dataclass(slots=True)
class Times:
    """How many took so long, by bucket, and all their `seconds` together."""

    counts: list[int] = field(default_factory=lambda: [0] * (len(BUCKETS) + 1))
    seconds: float = 0.0

    def add(self, seconds: float) -> None:
        """Count one."""
        self.counts[bisect_left(BUCKETS, seconds)] += 1
        self.seconds += seconds


def together(several: Iterable[Times]) -> Times:
    """Return the sum."""
    whole = Times()
    for each in several:
        whole.counts = [a + b for a, b in zip(whole.counts, each.counts, strict=True)]
        whole.seconds += each.seconds
    return whole
