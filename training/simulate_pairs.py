"""Whether one choice of messages is shown to be better than another.

The runs of one number start from the same sentences, see the same messages in the same order and
are proven on the same ones drawn by chance. So they are compared in pairs: of each run the
difference from chance, as a mean over all rounds, and Student's 95 % interval of these.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from scipy.special import stdtrit

from training.measures import Interval
from training.simulate_runs import Runs

CHANCE = "random"
COMPARED = ("proven", "reach", "accuracy")


@dataclass(frozen=True, slots=True)
class Difference:
    """By how much a figure of `strategy` is above that of chance, -1..1, in `pairs` runs."""

    strategy: str
    figure: str
    mean: float
    interval: Interval
    pairs: int

    @property
    def verdict(self) -> str:
        """Return `better`, `worse`, or `not shown` where the interval holds 0."""
        if self.interval.low > 0.0:
            return "better"
        return "worse" if self.interval.high < 0.0 else "not shown"

    def as_json(self) -> dict[str, Any]:
        """Return everything as plain values, with the verdict."""
        return {**asdict(self), "verdict": self.verdict}


def differences(runs: Runs) -> list[Difference]:
    """Return how each strategy differs from chance; nothing from fewer than two runs."""
    if min(map(len, runs.values())) < 2:
        return []
    return [
        _difference(runs, name, figure) for name in runs if name != CHANCE for figure in COMPARED
    ]


def _difference(runs: Runs, name: str, figure: str) -> Difference:
    apart = np.array(
        [
            # The state before the first label is the same for all.
            np.mean([getattr(a, figure) - getattr(b, figure) for a, b in pairs[1:] or pairs])
            for pairs in (
                [*zip(ours, theirs, strict=False)]
                for ours, theirs in zip(runs[name], runs[CHANCE], strict=True)
            )
        ]
    )
    n, mean = len(apart), float(apart.mean())
    half = float(stdtrit(n - 1, 0.975) * apart.std(ddof=1) / np.sqrt(n))
    return Difference(name, figure, mean, Interval(mean - half, mean + half), n)


def told(one: Difference) -> str:
    """Return a difference in points with its interval and verdict."""
    low, high = one.interval.low, one.interval.high
    return (
        f"{one.strategy} − {CHANCE}, {one.figure}: {100 * one.mean:+.1f} points "
        f"({100 * low:+.1f} to {100 * high:+.1f}): {one.verdict}"
    )
