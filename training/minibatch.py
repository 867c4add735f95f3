"""Softmax regression by small batches: for more messages than a support vector machine can bear.

AdaGrad (Duchi, Hazan and Singer, JMLR 2011), a step size for each weight: rare n-grams, which tell
most, keep learning when the common ones have settled. The weights returned are the mean of those
after each batch of the last pass, which is steadier than the last ones (Polyak and Juditsky, 1992).
Memory is two dense matrices of features by intents, whatever the number of messages.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

Done = Callable[[int, int], None]

BATCH = 1024
PASSES = 3
RATE = 0.5
_TINY = 1e-6


def learn_softmax(
    x: csr_matrix,
    intents: NDArray[np.int64],
    n_intents: int,
    row_weights: NDArray[np.float64],
    seed: int,
    passes: int = PASSES,
    done: Done = lambda _done, _total: None,
) -> NDArray[np.float32]:
    """Return weights, shape (n_features, n_intents), of float32 rows `x`.

    `row_weights` scale what a row is worth, and rows of weight 0 are passed over. The order of
    rows is drawn from `seed`: the same input gives the same result. Intents without a row end up
    unlikely everywhere.
    """
    weights = np.zeros((x.shape[1], n_intents), np.float32)
    squares = np.full_like(weights, _TINY)
    mean = np.zeros_like(weights)
    members = np.flatnonzero(row_weights > 0.0)
    scaled = (row_weights / row_weights[members].mean()).astype(np.float32)
    chance = np.random.default_rng(seed)
    per_pass = -(-len(members) // BATCH)
    touched = np.zeros(x.shape[1], np.int64)
    for number in range(passes):
        order = chance.permutation(members)
        for step in range(per_pass):
            rows = order[step * BATCH : (step + 1) * BATCH]
            features, slopes = _slopes(x[rows], intents[rows], scaled[rows], weights)
            if number == passes - 1:
                _settle(mean, weights, touched, features, step)
            squares[features] += slopes * slopes
            weights[features] -= RATE * slopes / np.sqrt(squares[features])
            if step % 50 == 0:
                done(number * per_pass + step, passes * per_pass)
    _settle(mean, weights, touched, np.arange(x.shape[1]), per_pass)
    return np.asarray(mean / np.float32(per_pass), np.float32)


def _slopes(
    x: csr_matrix,
    intents: NDArray[np.int64],
    row_weights: NDArray[np.float32],
    weights: NDArray[np.float32],
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Return the features that a batch has, and the mean slope of its log loss at their weights."""
    features, columns = np.unique(x.indices, return_inverse=True)
    part = csr_matrix((x.data, columns, x.indptr), shape=(x.shape[0], len(features)))
    scores = part @ weights[features]
    scores -= scores.max(axis=1, keepdims=True)
    np.exp(scores, out=scores)
    scores /= scores.sum(axis=1, keepdims=True)
    scores[np.arange(len(intents)), intents] -= 1.0
    scores *= row_weights[:, None]
    return features, np.asarray((part.T @ scores) / np.float32(len(intents)), np.float32)


def _settle(
    mean: NDArray[np.float32],
    weights: NDArray[np.float32],
    touched: NDArray[np.int64],
    features: NDArray[np.int64],
    step: int,
) -> None:
    """Add to the mean what the features weighed since they were last touched, up to `step`."""
    steps = (step - touched[features]).astype(np.float32)
    mean[features] += weights[features] * steps[:, None]
    touched[features] = step
