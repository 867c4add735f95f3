"""Which given labels out-of-fold probabilities speak against, class by class.

A class's own threshold is the mean probability that rows labelled so get for it: a class that the
model finds hard is not held against its rows. A row is counted under the class, among those whose
threshold it reaches, that is likeliest; where that differs from the label, the label is suspect.

After Northcutt, Jiang and Chuang, "Confident Learning" (JAIR 2021), sections 3.1 and 3.2.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

NOWHERE = -1
"""Stands for the class of a row that reaches no threshold."""


@dataclass(frozen=True, slots=True)
class Confident:
    """What confident learning says of n rows and k classes.

    `joint[i, j]` counts the rows labelled i that belong to j, shape (k, k); `better` is that j of
    each row, or `NOWHERE`; `suspect` marks the rows outside the diagonal. `wrong` is the chance,
    0..1, that the given label is wrong. `quality` is (p[given] - the highest other p + 1) / 2: 0
    for a label that is surely wrong, 1 for one that is surely right.
    """

    joint: Ints
    better: Ints
    suspect: Bools
    wrong: Floats
    quality: Floats


def confident(given: Ints, probabilities: Floats) -> Confident:
    """Judge the labels `given`, shape (n,), by out-of-fold `probabilities`, shape (n, k)."""
    n, k = probabilities.shape
    belongs = _belongs(given, probabilities)
    joint = np.zeros((k, k), np.int64)
    counted = belongs != NOWHERE
    np.add.at(joint, (given[counted], belongs[counted]), 1)
    rows = np.arange(n)
    own = probabilities[rows, given]
    others = probabilities.copy()
    others[rows, given] = -np.inf
    quality = (own - others.max(axis=1) + 1.0) / 2.0
    wrong = _wrong(joint, given, probabilities)
    return Confident(joint, belongs, counted & (belongs != given), wrong, quality)


def _wrong(joint: Ints, given: Ints, probabilities: Floats) -> Floats:
    """Return the chance that each label is wrong, by Bayes' rule.

    A row that belongs to j is labelled i with the chance joint[i, j] / sum of joint[:, j]; one
    more row in the diagonal keeps a class that nothing is known of from being always wrong.
    """
    smoothed = joint + np.eye(len(joint))
    carried = (smoothed / smoothed.sum(axis=0))[given] * probabilities
    total = np.maximum(carried.sum(axis=1), 1e-300)
    return np.asarray(1.0 - carried[np.arange(len(given)), given] / total)


def _belongs(given: Ints, probabilities: Floats) -> Ints:
    """Return the class each row is counted under, or `NOWHERE`."""
    k = probabilities.shape[1]
    sizes = np.bincount(given, minlength=k)
    sums = np.bincount(given, probabilities[np.arange(len(given)), given], k)
    # A class that nobody was labelled with has no threshold that could be reached.
    thresholds = np.where(sizes > 0, sums / np.maximum(sizes, 1), np.inf)
    reached = np.where(probabilities >= thresholds, probabilities, -np.inf)
    best = reached.argmax(axis=1)
    return np.where(np.isfinite(reached.max(axis=1)), best, NOWHERE)
