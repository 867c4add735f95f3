"""Prove what the bot of a simulation may answer by itself.

An intent of which enough messages were drawn is tested alone, all others together as one; which
ones those are depends on how many there are of each, never on who was right. Beside it all intents
are tested as one, which needs fewest labels and lets a sure intent make up for a muddled one. Each
of the two gets half of the doubt that the promise allows, so both hold at once, and the one that
answers more is taken. To answer what either allows would not do: of the messages that only one
allows, more may be wrong than was promised.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.thresholds import certify
from training.walk import FORGIVEN
from triagebot.binomial import needed
from triagebot.triage.case import NEVER

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

REST = "*"

FORGIVEN_SHARE = 0.01
"""So many of all messages may be wrong in the first step of a walk: wrong labels, not the model."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """Messages drawn by chance: the guessed intent, how sure, whether right, 1 / p_sample."""

    guessed: Ints
    confidence: Floats
    right: NDArray[np.bool_]
    weights: Floats


@dataclass(frozen=True, slots=True)
class Proven:
    """The confidence that each intent needs, `NEVER` without proof; `own` has one by itself.

    `coverage` is the share of the messages drawn that may be answered, 0..1.
    """

    thresholds: Floats
    own: tuple[int, ...] = ()
    coverage: float = 0.0


def prove(evidence: Evidence, intents: int, max_error: float, sure: float) -> Proven:
    """Return the thresholds that keep the promise with the confidence `sure`."""
    half = (1.0 + sure) / 2.0
    alone = _often(evidence, intents, max_error, 1.0 - half)
    if not alone:
        return _tested(evidence, intents, (), max_error, sure)
    tested = [_tested(evidence, intents, which, max_error, half) for which in ((), alone)]
    return max(tested, key=lambda one: one.coverage)


def _often(evidence: Evidence, intents: int, max_error: float, delta: float) -> tuple[int, ...]:
    """Return as many intents as can be proven alone although one of their messages is wrong."""
    if not len(evidence.guessed):
        return ()
    heaviest = evidence.weights.max()
    counts = np.bincount(evidence.guessed, evidence.weights / heaviest, intents)
    order = np.argsort(-counts, kind="stable").tolist()
    many = 0
    while many < intents and counts[order[many]] >= needed(FORGIVEN, max_error, delta / (many + 2)):
        many += 1
    return tuple(order[:many])


def _tested(
    evidence: Evidence, intents: int, alone: Sequence[int], max_error: float, sure: float
) -> Proven:
    groups = [str(one) if one in alone else REST for one in evidence.guessed.tolist()]
    found = certify(
        groups,
        evidence.confidence,
        evidence.right,
        intents=[*map(str, alone), REST],
        max_error=max_error,
        sure=sure,
        weights=evidence.weights,
        forgiven=max(FORGIVEN, round(FORGIVEN_SHARE * len(groups))),
    )
    thresholds = np.full(intents, found.thresholds.get(REST, NEVER))
    for one in alone:
        thresholds[one] = found.thresholds.get(str(one), NEVER)
    own = tuple(one for one in alone if str(one) in found.thresholds)
    return Proven(thresholds, own, found.coverage)
