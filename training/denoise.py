"""Find and mend wrong labels, so that a model does not learn them.

Each row is judged by what all others teach. If a share of all labels were replaced by labels
drawn as often as they occur, a row with probabilities p would carry label y with the chance
(1 - share) · p[y] + share · prior[y]; the share, and the temperature of p, are those that make the
given labels likeliest. Bayes' rule then says how likely each label is the true one, and the next
round learns from that instead of the labels given.

After Patrini et al., "Making Deep Neural Networks Robust to Label Noise" (2017), and Northcutt,
Jiang and Chuang, "Confident Learning" (2021).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.special import log_softmax

from training.confident_learning import Confident
from training.progress import Done, unheard
from training.ridge import one_hot, ridge_of

ROUNDS = 5

_TEMPERATURES = np.geomspace(0.03, 3.0, 40)
_SHARES = np.arange(0.0, 0.62, 0.02)

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Judged:
    """What is believed of each row.

    `chance` is that of the given label to be the true one, 0..1; `better` the likeliest label and
    `sure` its chance; `noise` the estimated share of replaced labels among all, 0..1; `believed`
    the chance of every label, shape (n_rows, n_labels). `opinion` are the weights learnt from it,
    of the shape that `fit.learn_weights` returns.
    """

    chance: Floats
    better: Ints
    sure: Floats
    noise: float
    believed: NDArray[np.float32]
    opinion: NDArray[np.float32]

    def kept(self, given: Ints) -> NDArray[np.bool_]:
        """Return which rows keep their label."""
        return np.asarray(self.better == given)

    def verdict(self, given: Ints) -> Confident:
        """Return the same in the words of confident learning; rows with another label are suspect.

        The `quality` of rows that were not doubted is 1.
        """
        rows = np.arange(len(given))
        others = self.believed.copy()
        others[rows, given] = -np.inf
        quality = (self.chance - others.max(axis=1) + 1.0) / 2.0
        joint = np.zeros((self.believed.shape[1],) * 2, np.int64)
        np.add.at(joint, (given, self.better), 1)
        return Confident(joint, self.better, ~self.kept(given), 1.0 - self.chance, quality)


def judge(
    x: csr_matrix,
    given: Ints,
    n_labels: int,
    row_weights: Floats,
    fixed: NDArray[np.bool_] | None = None,
    done: Done = unheard,
) -> Judged:
    """Return what is believed of the labels `given` to the rows of `x`.

    Rows that are `fixed` are never doubted and help to judge all others. The same input gives the
    same result.
    """
    doubted = np.ones(len(given), np.bool_) if fixed is None else ~fixed
    ridge = ridge_of(x, row_weights)
    believed, noise = one_hot(given, n_labels), 0.0
    for number in range(ROUNDS if doubted.any() else 0):
        done(number, ROUNDS)
        scores = ridge.left_out(believed)[doubted].astype(np.float64)
        chances, noise = _believe(scores, given[doubted], n_labels)
        believed[doubted] = chances
    return Judged(
        believed[np.arange(len(given)), given].astype(np.float64),
        believed.argmax(axis=1),
        believed.max(axis=1).astype(np.float64),
        noise,
        believed,
        ridge.learn(believed),
    )


def _believe(scores: Floats, given: Ints, n_labels: int) -> tuple[Floats, float]:
    """Apply Bayes' rule to held-out scores: the chance of each label, and the share of noise."""
    rows = np.arange(len(given))
    prior = np.bincount(given, minlength=n_labels) / max(1, len(given))
    temperature, noise = _likeliest(scores, given, prior)
    probabilities = np.exp(log_softmax(scores / temperature, axis=1))
    chances = probabilities * (noise * prior[given])[:, None]
    chances[rows, given] += (1.0 - noise) * probabilities[rows, given]
    chances /= np.maximum(chances.sum(axis=1, keepdims=True), 1e-300)
    return chances, noise


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
