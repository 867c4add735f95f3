"""What blind checks prove about the automatic answers: estimates and exact bounds by intent.

Answers are drawn with different probabilities, so each counts 1 / p_sample. For the bounds they
are thinned out until all are equally likely, as certifying does it: n = sum(w) / max(w), rounded
down, with sum(w * wrong) / max(w) errors, rounded up.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from triagebot.binomial import lower_bound, needed, upper_bound
from triagebot.domain.catalogue import Policy
from triagebot.store.audits import Tally, Verdict


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
