"""Softmax regression by small batches: for more messages than a support vector machine can bear.

AdaGrad (Duchi, Hazan and Singer, JMLR 2011) with one step size for each feature: rare n-grams,
which tell most, keep learning when the common ones have settled. The weights returned are the mean
of those at `SNAPSHOTS` moments of the last pass, which is steadier than the last ones (Polyak and
Juditsky, 1992). Memory is two dense matrices of features by intents, however many the messages.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from training.ridge import one_hot
from triagebot.triage.features import INTERCEPT

BATCH = 1024
PASSES = 3
RATE = 1.0
SNAPSHOTS = 32
_TINY = 1e-6

Ints = NDArray[np.int64]
Small = NDArray[np.float32]


def learn_softmax(
    x: csr_matrix,
    intents: Ints | Small,
    n_intents: int,
    row_weights: NDArray[np.float64],
    seed: int,
    passes: int = PASSES,
    dropped: float = 0.0,
) -> Small:
    """Return weights, shape (n_features, n_intents), of float32 rows `x`.

    `intents` are the rows' numbers, or the chance of each intent, shape (n_rows, n_intents).
    `row_weights` scale what a row is worth, and rows of weight 0 are passed over. Of a row's
    features the share `dropped`, 0..1, drawn anew each time, is left out, so that none is relied on
    alone (dropout, Srivastava et al., JMLR 2014). All is drawn from `seed`: the same input gives
    the same result. Intents without a row end up unlikely everywhere.
    """
    weights = np.zeros((x.shape[1], n_intents), np.float32)
    squares = np.full(x.shape[1], _TINY, np.float32)
    total = np.zeros_like(weights)
    members = np.flatnonzero(row_weights > 0.0)
    scaled = (row_weights / row_weights[members].mean()).astype(np.float32)
    chance = np.random.default_rng(seed)
    moments = _moments(len(members), passes)
    number_of = np.zeros(x.shape[1], np.int32)
    for step, rows in enumerate(_batches(members, passes, chance), start=1):
        features, part = _compact(_thinned(x[rows], dropped, chance), number_of)
        here = weights[features]
        wanted = _chances(intents[rows], n_intents)
        _descend(part, wanted, scaled[rows], features, here, squares)
        weights[features] = here
        if step in moments:
            total += weights
    total /= len(moments)
    return total


def _batches(members: Ints, passes: int, chance: np.random.Generator) -> Iterator[Ints]:
    """Yield the members in parts, `passes` times over, each pass in an order of its own."""
    for _ in range(passes):
        order = chance.permutation(members)
        for start in range(0, len(order), BATCH):
            yield order[start : start + BATCH]


def _moments(n_members: int, passes: int) -> set[int]:
    """Return the steps, from 1, after which the weights count: evenly over the last pass."""
    per_pass = -(-n_members // BATCH)
    steps = {per_pass * i // SNAPSHOTS for i in range(1, SNAPSHOTS + 1)} - {0}
    return {(passes - 1) * per_pass + step for step in steps}


def _chances(intents: Ints | Small, n_intents: int) -> Small:
    """Return the chance of each intent, shape (n_rows, n_intents); 1 for the one a number names."""
    if intents.ndim == 1:
        return one_hot(np.asarray(intents, np.int64), n_intents)
    return np.asarray(intents, np.float32)


def _thinned(x: csr_matrix, dropped: float, chance: np.random.Generator) -> csr_matrix:
    """Return the rows without a share of their entries, the others as much larger."""
    if dropped:
        gone = (chance.random(len(x.data)) < dropped) & (x.indices != INTERCEPT)
        rest = np.where(x.indices == INTERCEPT, 1.0, 1.0 / (1.0 - dropped)) * ~gone
        x.data *= rest.astype(np.float32)
    return x


def _compact(x: csr_matrix, number_of: NDArray[np.int32]) -> tuple[Ints, csr_matrix]:
    """Return the features that a batch has, and its rows with these alone as columns.

    `number_of` has a place for every feature; what it holds is lost.
    """
    number_of[:] = 0
    number_of[x.indices] = 1
    features = np.flatnonzero(number_of)
    number_of[features] = np.arange(len(features))
    columns = number_of[x.indices]
    return features, csr_matrix((x.data, columns, x.indptr), shape=(x.shape[0], len(features)))


def _descend(
    part: csr_matrix,
    wanted: Small,
    row_weights: Small,
    features: Ints,
    weights: Small,
    squares: Small,
) -> None:
    """Take one step down the mean slope of a batch's log loss; `weights` are its features' own."""
    scores = part @ weights
    scores -= scores.max(axis=1, keepdims=True)
    np.exp(scores, out=scores)
    scores /= scores.sum(axis=1, keepdims=True)
    scores -= wanted
    scores *= (row_weights / np.float32(len(wanted)))[:, None]
    slopes = part.T @ scores
    squares[features] += np.einsum("ij,ij->i", slopes, slopes) / np.float32(slopes.shape[1])
    slopes *= (np.float32(RATE) / np.sqrt(squares[features]))[:, None]
    weights -= slopes
