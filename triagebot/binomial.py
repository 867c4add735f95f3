"""Exact answers about shares: how many of how many can be chance."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache

import numpy as np

_ENDLESS = 10_000_000
_STEPS = 60


def upper_bound(errors: int, n: int, delta: float) -> float:
    """Return the exact Clopper-Pearson bound: the rate is below it with 1 - `delta`.

    Without messages nothing is known, and the bound is 1.
    """
    if errors >= n:
        return 1.0
    return _bisect(lambda rate: tail(errors, n, rate) > delta, errors / n, 1.0)


def lower_bound(errors: int, n: int, delta: float) -> float:
    """Return the exact Clopper-Pearson bound: the rate is above it with 1 - `delta`."""
    if errors <= 0 or n <= 0:
        return 0.0
    return _bisect(lambda rate: 1.0 - tail(errors - 1, n, rate) < delta, 0.0, errors / n)


@lru_cache(maxsize=4096)
def needed(errors: int, max_error: float, delta: float) -> int:
    """Return how many answers, `errors` of them wrong, prove a rate of at most `max_error`."""
    if max_error <= 0.0:
        return _ENDLESS
    low, high = errors, errors + 1
    while high < _ENDLESS and tail(errors, high, max_error) > delta:
        low, high = high, high * 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if tail(errors, middle, max_error) > delta else (low, middle)
    return high


def tail(errors: int, n: int, rate: float) -> float:
    """Return the probability of at most `errors` wrong among `n` at this rate, 0..1."""
    if errors >= n or rate <= 0.0:
        return 1.0
    if rate >= 1.0:
        return 0.0
    # From none wrong to so many, each term by the one before it: C(n, k) / C(n, k-1) = (n-k+1) / k.
    k = np.arange(1, errors + 1)
    steps = np.log((n - k + 1) / k) + math.log(rate) - math.log1p(-rate)
    none_wrong = n * math.log1p(-rate)
    more = float(np.exp(none_wrong + np.cumsum(steps)).sum())
    return min(1.0, math.exp(none_wrong) + more)


def mcnemar(better: int, worse: int) -> float:
    """Return the exact two-sided p-value of McNemar's test, 0..1; 1 without a difference.

    Among messages that two models treat differently well, it is the probability of a split at
    least so uneven if neither model were the better one.
    """
    return min(1.0, 2.0 * tail(min(better, worse), better + worse, 0.5))


def _bisect(is_low: Callable[[float], bool], low: float, high: float) -> float:
    for _ in range(_STEPS):
        middle = (low + high) / 2
        low, high = (middle, high) if is_low(middle) else (low, middle)
    return high
