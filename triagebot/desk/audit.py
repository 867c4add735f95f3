"""What blind checks prove about the automatic answers: estimates and exact bounds by intent.

Answers are drawn with different probabilities, so each counts 1 / p_sample. For the bounds they
are thinned out until all are equally likely, as certifying does it: n = sum(w) / max(w), rounded
down, with sum(w * wrong) / max(w) errors, rounded up.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from triagebot.domain.catalogue import Policy
from triagebot.store.audits import Tally, Verdict

_ENDLESS = 10_000_000
_STEPS = 60


@dataclass(frozen=True, slots=True)
class Estimate:
    """What is known of one intent, or of all together where `intent` is empty.

    `answers` is how many automatic answers there were, by the weights; `drawn` were drawn of
    them, `judged` judged, `wrong` of these wrong. `rate` is the estimated share of wrong answers,
    None before the first verdict, `low` and `high` are its exact bounds. `needs` is how many more
    right ones would prove the promise, 0 when it is proven.
    """

    intent: str
    answers: int
    drawn: int
    judged: int
    wrong: int
    rate: float | None
    low: float
    high: float
    needs: int


def estimate(tallies: Sequence[Tally], policy: Policy, intents: int) -> list[Estimate]:
    """Return the estimate of all answers together, then those of each intent by name.

    The bounds of the intents hold all at once with the policy's confidence: it is shared among
    as many as there are `intents`. An intent of which a smaller share was judged counts as much.
    """
    by_intent: dict[str, list[Tally]] = defaultdict(list)
    for tally in tallies:
        by_intent[tally.intent].append(tally)
    delta = 1.0 - policy.confidence
    every = [
        (weight * _unjudged(own), tally)
        for own in by_intent.values()
        for weight, tally in _weighted(own)
    ]
    together = _estimate("", tallies, every, policy.max_error, delta)
    shared = delta / max(1, intents, len(by_intent))
    return [
        together,
        *(
            _estimate(name, own, _weighted(own), policy.max_error, shared)
            for name, own in sorted(by_intent.items())
        ),
    ]


def upper_bound(errors: int, n: int, delta: float) -> float:
    """Return the exact Clopper-Pearson bound: the rate is below it with 1 - `delta`."""
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
    whole, right, wrong = math.lgamma(n + 1), math.log1p(-rate), math.log(rate)
    terms = (
        math.exp(whole - math.lgamma(k + 1) - math.lgamma(n - k + 1) + k * wrong + (n - k) * right)
        for k in range(errors + 1)
    )
    return min(1.0, math.fsum(terms))


def _weighted(tallies: Sequence[Tally]) -> list[tuple[float, Tally]]:
    return [(1.0 / tally.p_sample, tally) for tally in tallies if tally.verdict]


def _unjudged(tallies: Sequence[Tally]) -> float:
    """Return by how much the judged answers of an intent must count more than themselves."""
    judged = sum(tally.count / tally.p_sample for tally in tallies if tally.verdict)
    return sum(tally.count / tally.p_sample for tally in tallies) / judged if judged else 1.0


def _estimate(
    intent: str,
    drawn: Sequence[Tally],
    weighted: Sequence[tuple[float, Tally]],
    max_error: float,
    delta: float,
) -> Estimate:
    total = sum(weight * tally.count for weight, tally in weighted)
    wrong = sum(weight * tally.count for weight, tally in weighted if _is_wrong(tally))
    heaviest = max((weight for weight, _ in weighted), default=1.0)
    n, errors = int(total / heaviest + 1e-9), math.ceil(wrong / heaviest - 1e-9)
    return Estimate(
        intent,
        answers=round(sum(tally.count / tally.p_sample for tally in drawn)),
        drawn=sum(tally.count for tally in drawn),
        judged=sum(tally.count for _, tally in weighted),
        wrong=sum(tally.count for _, tally in weighted if _is_wrong(tally)),
        rate=wrong / total if total else None,
        low=lower_bound(errors, n, delta),
        high=upper_bound(errors, n, delta),
        needs=max(0, needed(errors, max_error, delta) - n),
    )


def _is_wrong(tally: Tally) -> bool:
    return tally.verdict is Verdict.WRONG


def _bisect(is_low: Callable[[float], bool], low: float, high: float) -> float:
    for _ in range(_STEPS):
        middle = (low + high) / 2
        low, high = (middle, high) if is_low(middle) else (low, middle)
    return high
