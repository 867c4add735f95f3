"""Walk down the thresholds of one intent, as far as its messages prove the promise.

The walk starts at the strictest threshold with enough messages to prove the promise although one of
them is wrong, or to prove anything at all where there are fewer: a single mislabelled row must
not end it. That looks at confidences, never at who was right, so the test stays valid for the
messages that were measured (Hoeffding 1956: errors with unequal chances spread no wider than the
binomial).

Messages that an audit drew with unequal probabilities weigh 1 / p_sample. They then count as
fewer: n = sum(w) / max(w), rounded down, with sum(w * wrong) / max(w) errors, rounded up. So many
would be left if messages were thinned out until all were equally likely.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from triagebot.binomial import needed, tail, upper_bound
from triagebot.triage.proof import IntentProof

LADDER: tuple[float, ...] = (0.998, 0.995, *(round(0.99 - i / 100, 2) for i in range(95)))
"""The thresholds that are tried, strictest first. Fixed, as the proof demands."""

FORGIVEN = 1
"""Wrong messages that the first step of a walk can bear."""


@dataclass(frozen=True, slots=True)
class Certified:
    """What is proven for one intent.

    `threshold` is None where there is no proof. `n` messages at or above it held `errors` wrong
    ones; without proof, both are those at the threshold that is nearest to one. `bound` is
    the exact upper bound on the error rate there. `coverage` is the share of the messages taken for
    this intent that the bot may answer. `needs` is how many more messages, all right,
    would prove it; 0 when proven. `provisional`: proven on held-out sentences, not on audits.
    """

    intent: str
    threshold: float | None
    n: int
    errors: int
    bound: float
    coverage: float
    needs: int
    max_error: float
    provisional: bool

    def as_proof(self, evidence: str) -> IntentProof:
        """Return it as a bundle keeps it; `evidence` is what the messages were."""
        return IntentProof(
            self.threshold,
            self.n,
            self.errors,
            self.bound,
            self.coverage,
            self.needs,
            evidence,
            self.max_error,
        )


@dataclass(frozen=True, slots=True)
class Step:
    """The messages at or above one threshold."""

    threshold: float
    n: int
    errors: int
    share: float


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """The hypothesis that more than `promise` are wrong, refuted where chance `delta` is left.

    The first step of a walk can bear `forgiven` wrong messages.
    """

    promise: float
    delta: float
    forgiven: int

    def start(self, everything: int) -> int:
        """Return how many messages the first step needs, of so many that there are."""
        starts = [needed(wrong, self.promise, self.delta) for wrong in range(self.forgiven, -1, -1)]
        return next((start for start in starts if start <= everything), starts[-1])

    def is_refuted(self, step: Step) -> bool:
        """Return whether so few wrong ones speak against it beyond doubt."""
        return tail(step.errors, step.n, self.promise) <= self.delta

    def missing(self, step: Step) -> int:
        """Return how many more messages, all right, would refute it."""
        return needed(step.errors, self.promise, self.delta) - step.n


def walk(
    intent: str,
    hypothesis: Hypothesis,
    confidence: NDArray[np.float64],
    correct: NDArray[np.bool_],
    weights: NDArray[np.float64],
    floor: float,
    provisional: bool,
) -> Certified:
    """Return what is proven of one intent by its messages."""
    steps = _steps(confidence, correct, weights, floor)
    start = hypothesis.start(effective(correct, weights, heaviest_of(weights))[0])
    proven, tried = _farthest(hypothesis, steps, start)
    at = proven or min(tried, key=hypothesis.missing)
    return Certified(
        intent,
        threshold=proven.threshold if proven else None,
        n=at.n,
        errors=at.errors,
        bound=upper_bound(at.errors, at.n, hypothesis.delta),
        coverage=proven.share if proven else 0.0,
        needs=0 if proven else max(1, hypothesis.missing(at)),
        max_error=hypothesis.promise,
        provisional=provisional,
    )


def _farthest(
    hypothesis: Hypothesis, steps: Sequence[Step], start: int
) -> tuple[Step | None, list[Step]]:
    """Return the last step that is proven, if any, and all that were looked at."""
    proven: Step | None = None
    tried: list[Step] = []
    for step in steps:
        tried.append(step)
        if step.n < start:
            continue
        if not hypothesis.is_refuted(step):
            break
        proven = step
    return proven, tried


def _steps(
    confidence: NDArray[np.float64],
    correct: NDArray[np.bool_],
    weights: NDArray[np.float64],
    floor: float,
) -> list[Step]:
    heaviest = heaviest_of(weights)
    order = np.argsort(-confidence, kind="stable")
    mass = np.append(0.0, np.cumsum(weights[order]))
    wrong = np.append(0.0, np.cumsum((weights * ~correct)[order]))
    ladder = [step for step in LADDER if step >= floor]
    above = np.searchsorted(-confidence[order], -np.array(ladder), side="right")
    return [
        Step(step, *_thinned(mass[at], wrong[at], heaviest), float(mass[at] / (mass[-1] or 1.0)))
        for step, at in zip(ladder, above.tolist(), strict=True)
    ]


def heaviest_of(weights: NDArray[np.float64]) -> float:
    """Return the largest weight, 1 where there is none."""
    return float(weights.max()) if len(weights) else 1.0


def effective(
    correct: NDArray[np.bool_], weights: NDArray[np.float64], heaviest: float
) -> tuple[int, int]:
    """Return how many messages the weighted ones count as, and how many of those are wrong."""
    return _thinned(float(weights.sum()), float(weights[~correct].sum()), heaviest)


def _thinned(mass: float, wrong: float, heaviest: float) -> tuple[int, int]:
    return int(mass / heaviest + 1e-9), int(np.ceil(wrong / heaviest - 1e-9))
