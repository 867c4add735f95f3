"""Scores of rows by models that never saw them, and the temperature that calibrates them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from joblib import Parallel, delayed
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from scipy.sparse import csr_matrix
from scipy.special import log_softmax

from training.dataset import Dataset
from training.families import Family
from training.fit import FitSettings, learn_weights
from training.progress import Done

Learner = Callable[[NDArray[np.bool_]], NDArray[np.float32]]
"""Returns weights, as `fit.learn_weights` does, learnt from the rows that are marked."""

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Targets:
    """What each row is to teach: the number of its intent, of `n_intents`, and how much it weighs.

    `folds` are numbers from 0. A row of weight 0 is judged with its fold and teaches nothing.
    """

    numbers: Ints
    n_intents: int
    weights: Floats
    folds: Ints


def targets_of(dataset: Dataset, settings: FitSettings) -> Targets:
    """Return what the rows of a dataset are to teach, its intents numbered in their order."""
    place = {intent: i for i, intent in enumerate(dataset.intents)}
    return Targets(
        np.array([place[row.intent] for row in dataset.rows], np.int64),
        len(place),
        np.array([row.weight for row in dataset.rows]),
        dataset.folds(settings.folds, settings.seed),
    )


def machine_learner(
    x: csr_matrix, targets: Targets, settings: FitSettings, kin: Sequence[Family] = ()
) -> Learner:
    """Return what teaches a support vector machine the marked rows of `x`."""

    def learn(rows: NDArray[np.bool_]) -> NDArray[np.float32]:
        known = targets.weights[rows]
        return learn_weights(
            x[rows], targets.numbers[rows], targets.n_intents, known, settings, kin
        )

    return learn


def held_out_scores(
    x: csr_matrix, targets: Targets, learner: Learner, jobs: int, done: Done
) -> Floats:
    """Return each row's scores by a model that never saw its fold, shape (n_rows, n_intents)."""
    folds = targets.folds

    def judge(fold: int) -> tuple[int, Floats]:
        weights = learner((folds != fold) & (targets.weights > 0))
        return fold, np.asarray(x[folds == fold] @ weights.astype(np.float64))

    numbers = np.unique(folds).tolist()
    scores = np.zeros((x.shape[0], targets.n_intents))
    runs = Parallel(n_jobs=jobs, return_as="generator_unordered")(
        delayed(judge)(fold) for fold in numbers
    )
    for count, (fold, part) in enumerate(runs, start=1):
        scores[folds == fold] = part
        done(count, len(numbers))
    return scores


def learn_temperature(
    scores: NDArray[np.float64], intents: NDArray[np.int64], row_weights: NDArray[np.float64]
) -> float:
    """Return the temperature, 0.01..100, with the least log loss on held-out scores."""

    def loss(log_temperature: float) -> float:
        log_probabilities = log_softmax(scores / np.exp(log_temperature), axis=1)
        picked = log_probabilities[np.arange(len(intents)), intents]
        return float(-(picked * row_weights).sum() / row_weights.sum())

    found = minimize_scalar(loss, bounds=(np.log(0.01), np.log(100)), method="bounded")
    return round(float(np.exp(found.x)), 6)


def softmax(scores: NDArray[np.float64], temperature: float) -> NDArray[np.float64]:
    """Return probabilities, rows summing to 1."""
    return np.asarray(np.exp(log_softmax(scores / temperature, axis=1)))
