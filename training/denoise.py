"""Find and mend wrong labels, so that a model does not learn them.

Each row is judged by models that never saw it. If a share of all labels were replaced by labels
drawn as often as they occur, a row with probabilities p would carry label y with the chance
(1 - share) · p[y] + share · prior[y]; the share, and the temperature of p, are those that make the
given labels likeliest. Bayes' rule then says how likely each given label is the true one. The next
round judges without the rows that failed, and may therefore trust its models more.

After Patrini et al., "Making Deep Neural Networks Robust to Label Noise" (2017), and Northcutt,
Jiang and Chuang, "Confident Learning" (2021).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.special import log_softmax

from training.fit import FitSettings, held_out_scores

KEEP = 0.3
"""A given label stands while the chance that it is true is above this."""

MENDED_WEIGHT = 0.5
"""What a mended row counts, times the chance of its new label."""

CAUTION = (0.2, 0.5)
"""What the rounds multiply `FitSettings.C` by: the more wrong labels, the fewer to believe."""

LOOSE = 0.1
"""The tolerance of the judges: they need not be exact."""

FIXED = -1
"""The fold of rows that are never doubted and help to judge all others."""

_TEMPERATURES = np.geomspace(0.03, 3.0, 40)
_SHARES = np.arange(0.0, 0.62, 0.02)

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Done = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Judged:
    """What is believed of each row.

    `chance` is that of the given label to be the true one, 0..1; `better` the likeliest label and
    `sure` its chance; `noise` the estimated share of replaced labels among all, 0..1.
    """

    chance: Floats
    better: Ints
    sure: Floats
    noise: float

    @property
    def kept(self) -> NDArray[np.bool_]:
        """Which rows keep their label."""
        return self.chance > KEEP

    def labels(self, given: Ints) -> Ints:
        """Return the given labels where they stand, the likeliest elsewhere."""
        return np.where(self.kept, given, self.better)

    def weights(self, weights: Floats) -> Floats:
        """Return the rows' weights; a row with a mended label counts less."""
        return np.where(self.kept, weights, weights * MENDED_WEIGHT * self.sure)


def judge(
    x: csr_matrix,
    given: Ints,
    n_labels: int,
    row_weights: Floats,
    folds: Ints,
    settings: FitSettings,
    jobs: int = 2,
    done: Done = lambda _done, _total: None,
) -> Judged:
    """Return what is believed of the labels `given` to the rows of `x`.

    `folds` as for `held_out_scores`: near duplicates belong together, and rows of the fold `FIXED`
    are never doubted. The same input gives the same result.
    """
    fixed = folds == FIXED
    found = Judged(np.ones(len(given)), given, np.ones(len(given)), 0.0)
    for number, caution in enumerate(CAUTION):
        done(number, len(CAUTION))
        cautious = replace(settings, C=settings.C * caution, tolerance=LOOSE)
        trusted = np.where(found.kept, row_weights, 0.0)
        scores = held_out_scores(x, given, n_labels, trusted, folds, cautious, jobs)
        found = _believe(scores, given, n_labels, fixed)
    return found


def _believe(scores: Floats, given: Ints, n_labels: int, fixed: NDArray[np.bool_]) -> Judged:
    """Apply Bayes' rule to held-out scores."""
    rows = np.arange(len(given))
    prior = np.bincount(given[~fixed], minlength=n_labels) / max(1, (~fixed).sum())
    temperature, noise = _likeliest(scores[~fixed], given[~fixed], prior)
    probabilities = np.exp(log_softmax(scores / temperature, axis=1))
    chances = probabilities * (noise * prior[given])[:, None]
    chances[rows, given] += (1.0 - noise) * probabilities[rows, given]
    chances /= np.maximum(chances.sum(axis=1, keepdims=True), 1e-300)
    chances[fixed] = 0.0
    chances[fixed, given[fixed]] = 1.0
    return Judged(chances[rows, given], chances.argmax(axis=1), chances.max(axis=1), noise)


def _likeliest(scores: Floats, given: Ints, prior: Floats) -> tuple[float, float]:
    """Return the temperature and the share of noise under which the given labels are likeliest."""
    rows = np.arange(len(given))
    found = []
    for temperature in _TEMPERATURES:
        own = np.exp(log_softmax(scores / temperature, axis=1)[rows, given])
        likely = np.log(
            (1.0 - _SHARES[:, None]) * own + _SHARES[:, None] * prior[given] + 1e-300
        ).mean(axis=1)
        best = int(likely.argmax())
        found.append((float(likely[best]), float(temperature), float(_SHARES[best])))
    _, temperature, share = max(found)
    return temperature, share
