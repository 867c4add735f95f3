"""Find the lowest confidence at which an intent's answers are proven to be wrong rarely enough.

Learn-then-Test by fixed sequence (Angelopoulos, Bates, Candès, Jordan and Lei, 2021): for each
intent the thresholds of a fixed list are tried strictest first; each tries the hypothesis "the
error rate from here up is above the promise" with the exact binomial tail, and the walk stops at
the first one that cannot be refuted. Since a walk only goes on after a success, its steps cost no
further correction; the intents do: each is tested at (1 - confidence) / number of intents
(Bonferroni), so that all intents together keep the promise with the stated confidence. If every
certified intent keeps its promise, so does any mixture of them, whatever fans ask tomorrow.

A walk starts at the strictest threshold with enough messages to prove the promise although one of
them is wrong, or to prove anything at all where there are fewer: a single mislabelled row must
not end it. That looks at confidences, never at who was right, so the test stays valid for the
messages that were measured (Hoeffding 1956: errors with unequal chances spread no wider than the
binomial).

Messages that an audit drew with unequal probabilities weigh 1 / p_sample. They then count as
fewer: n = sum(w) / max(w), rounded down, with sum(w * wrong) / max(w) errors, rounded up. So many
would be left if messages were thinned out until all were equally likely.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from triagebot.binomial import needed, tail, upper_bound

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


@dataclass(frozen=True, slots=True)
class Certificate:
    """The proofs of all intents, and what they come to together.

    `bound` is the exact upper bound on the error of all `n` answered messages as one; the promise
    itself rests on the intents' own proofs. `coverage` is the answered share of all messages.
    """

    confidence: float
    intents: Mapping[str, Certified]
    n: int
    errors: int
    bound: float
    coverage: float
    provisional: bool

    @property
    def thresholds(self) -> dict[str, float]:
        """The proven thresholds by intent; an intent without proof is missing."""
        return {
            name: proof.threshold
            for name, proof in self.intents.items()
            if proof.threshold is not None
        }

    def as_json(self) -> dict[str, Any]:
        """Return everything as plain values."""
        return asdict(self)


def certify(
    predicted: Sequence[str],
    confidence: NDArray[np.float64],
    correct: NDArray[np.bool_],
    *,
    intents: Sequence[str],
    max_error: float | Mapping[str, float],
    sure: float,
    weights: NDArray[np.float64] | None = None,
    provisional: bool = True,
    floors: Mapping[str, float] | None = None,
    forgiven: int = FORGIVEN,
) -> Certificate:
    """Return the thresholds that keep the promise.

    `predicted`, `confidence` (0..1), `correct` and `weights` (1 / p_sample) have one entry a
    message. `intents` are all that may ever be answered, seen or not: their number is what is
    corrected for. `max_error` is the promised share, one for all or by intent, `sure` the
    confidence, 0..1. No threshold below an intent's floor is tried. A walk's first step can bear
    `forgiven` wrong messages, or as many as there are messages for; it may depend on how many
    there are, not on who was right.
    """
    names = np.array(predicted, dtype=object)
    every = np.ones(len(names)) if weights is None else weights
    delta = (1.0 - sure) / max(1, len(intents))
    proofs = {}
    answered = np.zeros(len(names), np.bool_)
    for intent in intents:
        mine = names == intent
        promise = max_error if isinstance(max_error, float) else max_error[intent]
        steps = _steps(
            confidence[mine], correct[mine], every[mine], (floors or {}).get(intent, 0.0)
        )
        everything = _effective(correct[mine], every[mine], _heaviest(every[mine]))[0]
        proof = _walk(intent, steps, everything, promise, delta, provisional, forgiven)
        proofs[intent] = proof
        if proof.threshold is not None:
            answered |= mine & (confidence >= proof.threshold)
    n, errors = _effective(correct[answered], every[answered], _heaviest(every))
    total = float(every.sum())
    share = float(every[answered].sum()) / total if total else 0.0
    bound = upper_bound(errors, n, 1.0 - sure)
    return Certificate(sure, proofs, n, errors, bound, share, provisional)


def refuted(errors: int, n: int, max_error: float, delta: float = 0.05) -> bool:
    """Return whether so many errors are too many for chance; it only makes more careful."""
    return errors > 0 and 1.0 - tail(errors - 1, n, max_error) <= delta


@dataclass(frozen=True, slots=True)
class _Step:
    """The messages at or above one threshold."""

    threshold: float
    n: int
    errors: int
    share: float


def _walk(
    intent: str,
    steps: Sequence[_Step],
    everything: int,
    promise: float,
    delta: float,
    provisional: bool,
    forgiven: int,
) -> Certified:
    starts = [needed(wrong, promise, delta) for wrong in range(forgiven, -1, -1)]
    start = next((start for start in starts if start <= everything), starts[-1])
    proven: _Step | None = None
    tried: list[_Step] = []
    for step in steps:
        tried.append(step)
        if step.n < start:
            continue
        if tail(step.errors, step.n, promise) > delta:
            break
        proven = step
    at = proven or min(tried, key=lambda step: _missing(step, promise, delta))
    return Certified(
        intent,
        threshold=proven.threshold if proven else None,
        n=at.n,
        errors=at.errors,
        bound=upper_bound(at.errors, at.n, delta),
        coverage=proven.share if proven else 0.0,
        needs=0 if proven else max(1, _missing(at, promise, delta)),
        max_error=promise,
        provisional=provisional,
    )


def _missing(step: _Step, promise: float, delta: float) -> int:
    return needed(step.errors, promise, delta) - step.n


def _steps(
    confidence: NDArray[np.float64],
    correct: NDArray[np.bool_],
    weights: NDArray[np.float64],
    floor: float,
) -> list[_Step]:
    heaviest = _heaviest(weights)
    order = np.argsort(-confidence, kind="stable")
    mass = np.append(0.0, np.cumsum(weights[order]))
    wrong = np.append(0.0, np.cumsum((weights * ~correct)[order]))
    ladder = [step for step in LADDER if step >= floor]
    above = np.searchsorted(-confidence[order], -np.array(ladder), side="right")
    return [
        _Step(step, *_thinned(mass[at], wrong[at], heaviest), float(mass[at] / (mass[-1] or 1.0)))
        for step, at in zip(ladder, above.tolist(), strict=True)
    ]


def _heaviest(weights: NDArray[np.float64]) -> float:
    return float(weights.max()) if len(weights) else 1.0


def _effective(
    correct: NDArray[np.bool_], weights: NDArray[np.float64], heaviest: float
) -> tuple[int, int]:
    return _thinned(float(weights.sum()), float(weights[~correct].sum()), heaviest)


def _thinned(mass: float, wrong: float, heaviest: float) -> tuple[int, int]:
    return int(mass / heaviest + 1e-9), int(np.ceil(wrong / heaviest - 1e-9))
