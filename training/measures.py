"""Figures that say how good and how honest a model is, from arrays alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from triagebot.binomial import upper_bound

BINS = 15
"""Bins of the calibration error, each with as many messages as the next (equal mass)."""

_Z = 1.959963984540054
_POINTS = 120

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Interval:
    """A 95 % interval of a share, both ends 0..1."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class ReliabilityPoint:
    """One bin: how sure the model was on average, how often it was right, of how many."""

    confidence: float
    accuracy: float
    n: int
    interval: Interval


@dataclass(frozen=True, slots=True)
class RiskPoint:
    """What answering the surest messages down to `confidence` would give.

    `coverage` is their share of all messages, `risk` the share of wrong ones among them, `bound`
    its exact upper bound at 95 %, for this point alone.
    """

    coverage: float
    risk: float
    bound: float
    confidence: float


def wilson(hits: int, n: int) -> Interval:
    """Return Wilson's 95 % interval of a share; everything is possible when `n` is 0."""
    if n == 0:
        return Interval(0.0, 1.0)
    share, square = hits / n, _Z * _Z
    middle = (share + square / (2 * n)) / (1 + square / n)
    spread = _Z * np.sqrt(share * (1 - share) / n + square / (4 * n * n)) / (1 + square / n)
    return Interval(max(0.0, float(middle - spread)), min(1.0, float(middle + spread)))


def reliability(confidence: Floats, right: Bools) -> list[ReliabilityPoint]:
    """Return up to 15 bins of equal mass, least sure first; those of equal confidence as given."""
    order = np.argsort(confidence, kind="stable")
    return [
        ReliabilityPoint(
            float(confidence[members].mean()),
            float(right[members].mean()),
            len(members),
            wilson(int(right[members].sum()), len(members)),
        )
        for members in np.array_split(order, BINS)
        if len(members)
    ]


def calibration_error(points: list[ReliabilityPoint]) -> float:
    """Return the expected calibration error, 0..1: the bins' mean gap, weighted by messages."""
    total = sum(point.n for point in points)
    gaps = sum(point.n * abs(point.confidence - point.accuracy) for point in points)
    return gaps / total if total else 0.0


def coverage_at(confidence: Floats, right: Bools, answerable: Bools, max_error: float) -> float:
    """Return the largest share of all messages that could be answered at this error, 0..1.

    Messages are answered from the surest down, those of equal confidence together, and one that
    is not `answerable` never.
    """
    _, counts, wrong = _cumulated(confidence, right, answerable)
    kept = counts[wrong <= max_error * counts + 1e-12]
    return float(kept.max()) / len(confidence) if len(kept) else 0.0


def risk_curve(confidence: Floats, right: Bools, answerable: Bools) -> list[RiskPoint]:
    """Return at most 120 points of the risk-coverage curve, surest messages first."""
    levels, counts, wrong = _cumulated(confidence, right, answerable)
    if not len(counts):
        return []
    marks = np.linspace(0, len(counts) - 1, min(_POINTS, len(counts))).round().astype(int)
    return [
        RiskPoint(
            coverage=float(counts[i]) / len(confidence),
            risk=float(wrong[i] / counts[i]),
            bound=upper_bound(int(wrong[i]), int(counts[i]), 0.05),
            confidence=float(levels[i]),
        )
        for i in np.unique(marks).tolist()
    ]


def _cumulated(
    confidence: Floats, right: Bools, answerable: Bools
) -> tuple[Floats, NDArray[np.int64], NDArray[np.int64]]:
    """Return levels of confidence, highest first, with how many are at or above, and wrong."""
    order = np.argsort(-confidence[answerable], kind="stable")
    levels, wrong = confidence[answerable][order], np.cumsum(~right[answerable][order])
    last = np.append(levels[1:] != levels[:-1], True)[: len(levels)]
    return levels[last], np.flatnonzero(last) + 1, wrong[last]
