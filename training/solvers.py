"""Three ways to a model's weights: exactly, mending labels that may be wrong, by small batches."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np
from joblib import Parallel, delayed
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from training.confident_learning import Confident
from training.denoise import judge
from training.families import Family
from training.fit import FitSettings
from training.held_out import Targets, held_out_scores, machine_learner
from training.mended import learn_believed, learn_mended
from training.minibatch import learn_softmax
from training.progress import Progress

Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Mended:
    """What was found of all labels: `doubted` of them could be mended, of which the share `noise`,
    0..1, is expected to be wrong. `verdict` has an entry for each row, suspects are mended.
    """

    verdict: Confident
    doubted: int
    noise: float


@dataclass(frozen=True, slots=True)
class Solution:
    """The weights learnt from all rows, and the scores of `rows` by models that never saw them.

    Weights have the shape (n_features, n_intents), scores (len(rows), n_intents).
    """

    rows: NDArray[np.int64]
    scores: NDArray[np.float64]
    weights: NDArray[np.float32]
    mended: Mended | None = None


def solve_exactly(
    x: csr_matrix,
    targets: Targets,
    settings: FitSettings,
    jobs: int,
    progress: Progress,
    kin: tuple[Family, ...],
) -> Solution:
    """Learn a support vector machine; every row is judged, in folds."""
    learner = machine_learner(x, targets, settings, kin)
    scores = held_out_scores(x, targets, learner, jobs, partial(progress, "folds"))
    progress("fit", 0, 1)
    every = np.ones(x.shape[0], np.bool_)
    return Solution(np.arange(x.shape[0]), scores, learner(every))


def solve_mended(
    x: csr_matrix,
    targets: Targets,
    fixed: Bools,
    settings: FitSettings,
    jobs: int,
    progress: Progress,
) -> Solution:
    """Learn from labels of which those not `fixed` may be wrong; every row is judged, in folds."""
    numbers, n_intents, row_weights = targets.numbers, targets.n_intents, targets.weights

    def learner(rows: Bools) -> NDArray[np.float32]:
        known = row_weights[rows]
        return learn_mended(x[rows], numbers[rows], n_intents, known, fixed[rows], settings)

    progress("folds", 0, settings.folds)
    scores = held_out_scores(x, targets, learner, jobs, partial(progress, "folds"))
    progress("mend", 0, 1)
    found = judge(x, numbers, n_intents, row_weights, fixed, partial(progress, "mend"))
    progress("fit", 0, 1)
    weights = learn_believed(x, found, n_intents, row_weights, settings)
    doubted = int((~fixed).sum())
    noise = float((1 - found.chance).sum()) / (doubted or 1)
    mended = Mended(found.verdict(numbers), doubted, noise)
    return Solution(np.arange(x.shape[0]), scores, weights, mended)


def solve_in_batches(
    x: csr_matrix, targets: Targets, settings: FitSettings, jobs: int, progress: Progress
) -> Solution:
    """Learn a softmax regression; the rows of the first fold are judged by one without them."""
    progress("fit", 0, 1)
    judged = targets.folds == 0
    seen = np.where(judged, 0.0, targets.weights)
    without, weights = Parallel(n_jobs=min(jobs, 2))(
        delayed(learn_softmax)(x, targets.numbers, targets.n_intents, worth, settings.seed)
        for worth in (seen, targets.weights)
    )
    rows = np.flatnonzero(judged)
    return Solution(rows, np.asarray(x[rows] @ without, np.float64), weights)
