"""Find the lowest confidence at which an intent's answers are proven to be wrong rarely enough.

Learn-then-Test by fixed sequence (Angelopoulos, Bates, Candès, Jordan and Lei, 2021): for each
intent the thresholds of a fixed list are tried strictest first; each tries the hypothesis "the
error rate from here up is above the promise" with the exact binomial tail, and the walk stops at
the first one that cannot be refuted. Since a walk only goes on after a success, its steps cost no
further correction; the intents do: each is tested at (1 - confidence) / number of intents
(Bonferroni), so that all intents together keep the promise with the stated confidence. If every
certified intent keeps its promise, so does any mixture of them, whatever fans ask tomorrow.

How one walk goes, and what weighted messages count for, is in `walk.py`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.walk import FORGIVEN, Certified, Hypothesis, effective, heaviest_of, walk
from triagebot.binomial import tail, upper_bound


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
        judged = confidence[mine], correct[mine], every[mine]
        hypothesis = Hypothesis(promise, delta, forgiven)
        proof = walk(intent, hypothesis, *judged, (floors or {}).get(intent, 0.0), provisional)
        proofs[intent] = proof
        if proof.threshold is not None:
            answered |= mine & (confidence >= proof.threshold)
    n, errors = effective(correct[answered], every[answered], heaviest_of(every))
    total = float(every.sum())
    share = float(every[answered].sum()) / total if total else 0.0
    bound = upper_bound(errors, n, 1.0 - sure)
    return Certificate(sure, proofs, n, errors, bound, share, provisional)


def refuted(errors: int, n: int, max_error: float, delta: float = 0.05) -> bool:
    """Return whether so many errors are too many for chance; it only makes more careful."""
    return errors > 0 and 1.0 - tail(errors - 1, n, max_error) <= delta
