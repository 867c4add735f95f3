"""Ridge regression on labels, in closed form: a second opinion beside the support vector machine.

One factorisation of the rows' products with each other gives the scores of every row by a model
that never saw it (Allen 1974, "PRESS"), and again for other targets at no more than a product of
matrices. So wrong labels can be mended in many small steps, each judging by what the last believed,
where support vector machines are trained anew for every fold.

Memory and time grow with the square and the cube of the rows: 10,000 rows take 0.8 GB. More are
solved step by step, fold by fold.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import lapack
from scipy.sparse import csr_matrix
from sklearn.linear_model import Ridge as SparseRidge
from threadpoolctl import threadpool_limits

RIDGE = 0.2
"""λ of a row of weight 1, in units of a row's squared length of about 1.4."""

MOST_ROWS = 10_500
"""With more rows the closed form takes too much time, by their cube, and memory."""

FOLDS = 10
"""With more rows each is judged by what the other nine tenths teach."""

_LEAST_WEIGHT = 1e-3
_CLOSE = 1e-3

Floats = NDArray[np.float64]
Small = NDArray[np.float32]


class Ridge:
    """The rows of `x`, without the intercept, ready to learn any targets; `weights` of rows > 0.

    Raises ValueError with more than `MOST_ROWS` rows.
    """

    def __init__(self, x: csr_matrix, weights: Floats) -> None:
        if x.shape[0] > MOST_ROWS:
            raise ValueError(f"{x.shape[0]} rows, at most {MOST_ROWS} can be solved in closed form")
        self._x = x[:, 1:].astype(np.float32)
        self._total = np.maximum(weights, _LEAST_WEIGHT)
        kernel = np.asfortranarray((self._x @ self._x.T).toarray())
        kernel[np.diag_indices(len(kernel))] += RIDGE / self._total
        # One thread, so that the same input gives the same numbers on any number of cores.
        with threadpool_limits(1):
            factor, failed = lapack.spotrf(kernel, lower=1, overwrite_a=1)
            self._inverse, _ = lapack.spotri(factor, lower=1, overwrite_c=1)
        if failed:
            raise ValueError("the rows' products cannot be factorised")
        self._mirror()

    def _mirror(self) -> None:
        """Fill the upper half, of which LAPACK leaves nothing."""
        size = len(self._inverse)
        for start in range(0, size, 1024):
            end = min(size, start + 1024)
            square = self._inverse[start:end, start:end]
            square[...] = np.tril(square) + np.tril(square, -1).T
            self._inverse[start:end, end:] = self._inverse[end:, start:end].T

    def _mean(self, targets: Small) -> Small:
        return np.asarray(np.average(targets, axis=0, weights=self._total), np.float32)

    def left_out(self, targets: Small) -> Small:
        """Return each row's scores by the others, for targets of shape (n_rows, n_labels)."""
        with threadpool_limits(1):
            missed = self._inverse @ (targets - self._mean(targets))
        return np.asarray(targets - missed / np.diag(self._inverse)[:, None])

    def learn(self, targets: Small) -> Small:
        """Return weights, shape (n_features, n_labels); row 0 holds the intercepts."""
        mean = self._mean(targets)
        with threadpool_limits(1):
            dual = self._inverse @ (targets - mean)
        return np.asarray(np.vstack([mean, self._x.T @ dual]), np.float32)


class FoldedRidge:
    """The same for more rows, by conjugate gradients: time grows with the rows, not their cube.

    What a row gets from the others is here what it gets from those of the other folds.
    """

    def __init__(self, x: csr_matrix, weights: Floats) -> None:
        self._x = x[:, 1:].astype(np.float32)
        self._weights = np.maximum(weights, _LEAST_WEIGHT)
        self._fold = np.random.default_rng(0).permutation(x.shape[0]) % FOLDS

    def left_out(self, targets: Small) -> Small:
        """Return each row's scores by the other folds, for targets (n_rows, n_labels)."""
        scores = np.zeros_like(targets)
        for fold in range(FOLDS):
            mine = self._fold == fold
            learnt = self._learn(targets, ~mine)
            scores[mine] = self._x[mine] @ learnt[1:] + learnt[0]
        return scores

    def learn(self, targets: Small) -> Small:
        """Return weights as `Ridge.learn` does."""
        return self._learn(targets, np.ones(len(targets), np.bool_))

    def _learn(self, targets: Small, rows: NDArray[np.bool_]) -> Small:
        weights = self._weights[rows]
        mean = np.average(targets[rows], axis=0, weights=weights)
        model = SparseRidge(RIDGE, fit_intercept=False, solver="sparse_cg", tol=_CLOSE)
        model.fit(self._x[rows], targets[rows] - mean, sample_weight=weights)
        return np.asarray(np.vstack([mean, model.coef_.T]), np.float32)


def ridge_of(x: csr_matrix, weights: Floats) -> Ridge | FoldedRidge:
    """Return the regression on rows of `x`: in closed form where there are few enough."""
    return Ridge(x, weights) if x.shape[0] <= MOST_ROWS else FoldedRidge(x, weights)


def one_hot(labels: NDArray[np.int64], n_labels: int) -> Small:
    """Return rows with a 1 in the place of their label."""
    return np.asarray(labels[:, None] == np.arange(n_labels), np.float32)
