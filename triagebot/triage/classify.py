"""The linear model: feature rows in, calibrated intent probabilities out.

It equals scikit-learn's softmax regression on the same numbers, without scikit-learn: the weights
are one row a feature, so that a message takes only the rows it has.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from triagebot.triage.features import INTERCEPT, Rows


class LinearModel:
    """Softmax over a linear score.

    `weights`: shape (n_features, n_intents), row-major; row 0 is the intercept.
    `temperature` divides the scores; above 1 it makes the model less sure.
    """

    def __init__(
        self, weights: NDArray[np.float32], intents: Sequence[str], temperature: float
    ) -> None:
        self.weights = np.ascontiguousarray(weights)
        self.intents = tuple(intents)
        self.temperature = temperature

    def scores(self, rows: Rows) -> NDArray[np.float64]:
        """Return the linear scores, shape (n_messages, n_intents)."""
        parts = self.weights.take(rows.ids, axis=0) * rows.values[:, None]
        return np.add.reduceat(parts, rows.starts, axis=0) if len(rows.starts) else parts

    def probabilities(self, rows: Rows) -> NDArray[np.float64]:
        """Return calibrated probabilities, shape (n_messages, n_intents); rows sum to 1."""
        scores = self.scores(rows) / self.temperature
        scores -= scores.max(axis=1, keepdims=True)
        np.exp(scores, out=scores)
        scores /= scores.sum(axis=1, keepdims=True)
        return scores

    def contributions(self, rows: Rows, intent: str) -> NDArray[np.float64]:
        """Return what each entry of the single row adds to the intent's calibrated score.

        Together with the intercept's they sum to it exactly.
        """
        column = self.weights[rows.ids, self.intents.index(intent)]
        return np.asarray(column * rows.values / self.temperature, dtype=np.float64)

    def intercept(self, intent: str) -> float:
        """Return the intercept of an intent, in calibrated units."""
        return float(self.weights[INTERCEPT, self.intents.index(intent)]) / self.temperature
