"""Conditional logit with an outside option: which of some candidates is right, or none.

A candidate's score is linear in its measures, "none of these" scores 0, and the chance of each is
the softmax over the candidates of one message (McFadden, "Conditional logit analysis of qualitative
choice behavior", 1974). With one candidate a message it is logistic regression.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

STRENGTH = 1e-3
"""Half of the squared weights of standardised measures costs this much log loss a message."""

_STEPS = 300

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def fit_choice(measures: Floats, right: Floats, counts: Ints) -> Floats:
    """Return the bias and a weight for each measure.

    `measures` has shape (n_candidates, n_measures) and `right` is 1 for the right ones, at most one
    a message; `counts` says how many candidates each message has, at least 1.
    """
    mean, spread = measures.mean(axis=0), measures.std(axis=0) + 1e-12
    rows = np.column_stack([np.ones(len(measures)), (measures - mean) / spread])

    def loss(weights: Floats) -> tuple[float, Floats]:
        scores = rows @ weights
        chances, none = _chances(scores, counts)
        given = np.add.reduceat(right * chances, np.cumsum(counts) - counts)
        given += np.where(np.add.reduceat(right, np.cumsum(counts) - counts) > 0, 0.0, none)
        penalty = STRENGTH * np.r_[0.0, weights[1:]]
        missed = -np.log(given + 1e-300).mean()
        slope = rows.T @ (chances - right) / len(counts)
        return float(missed + penalty @ weights / 2.0), slope + penalty

    start = np.zeros(rows.shape[1])
    found = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": _STEPS}).x
    weights = found[1:] / spread
    return np.append(found[0] - weights @ mean, weights)


def choice_chances(measures: Floats, weights: Floats, counts: Ints) -> Floats:
    """Return the chance of each candidate by `weights` that `fit_choice` found."""
    return _chances(weights[0] + measures @ weights[1:], counts)[0]


def _chances(scores: Floats, counts: Ints) -> tuple[Floats, Floats]:
    """Return the chance of each candidate, and of none by message."""
    starts = np.cumsum(counts) - counts
    highest = np.maximum(np.maximum.reduceat(scores, starts), 0.0)
    odds = np.exp(scores - highest.repeat(counts))
    none = np.exp(-highest)
    total = np.add.reduceat(odds, starts) + none
    return odds / total.repeat(counts), none / total
