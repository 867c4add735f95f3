"""From a dataset to a model, and what it makes of messages it has not seen.

Up to `FitSettings.large` rows every row is judged by a model that never saw its fold, and a support
vector machine learns from all. Above, both would take hours: a softmax regression learns by small
batches (`minibatch.py`), and the rows of one fold are judged by a second one that never saw them.

With `FitSettings.mend` labels that may be wrong are judged first, in each fold anew by the rows
that it learns from, and mended ones are learnt (`mended.py`); without such labels it changes
nothing. What is measured, here and later, is measured by the labels as they were given.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from joblib import Parallel, delayed
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from training.confident_learning import Confident
from training.dataset import Dataset
from training.denoise import judge
from training.families import Family, families
from training.fit import (
    FitSettings,
    held_out_scores,
    learn_temperature,
    learn_vocabulary,
    learn_weights,
    matrix,
    softmax,
)
from training.mended import learn_believed, learn_mended
from training.minibatch import learn_softmax
from training.stored_rows import stored_matrix
from triagebot.domain.label import Source
from triagebot.errors import BadInput, NothingToDo
from triagebot.triage.classify import LinearModel
from triagebot.triage.features import Message, Vocabulary
from triagebot.triage.segment import build_segmenter

Progress = Callable[[str, int, int], None]
"""Called with the stage, steps done and steps in all."""

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Judged:
    """Rows with calibrated probabilities, shape (n_rows, n_intents), by models that never saw them.

    `numbers` are the places of the rows' intents.
    """

    dataset: Dataset
    messages: Sequence[Message]
    numbers: Ints
    probabilities: Floats


UNDOUBTED = (Source.SEED, Source.REVIEW)
"""Labels that are never mended: staff's sentences define the intents, second looks are final."""


@dataclass(frozen=True, slots=True)
class Mended:
    """What was found of all labels: `doubted` of them could be mended, of which the share `noise`,
    0..1, is expected to be wrong. `verdict` has an entry for each row, suspects are mended.
    """

    verdict: Confident
    doubted: int
    noise: float


@dataclass(frozen=True, slots=True)
class Learned:
    """What was learnt from a dataset, and how it fares on what it has not seen."""

    dataset: Dataset
    intents: tuple[str, ...]
    vocabulary: Vocabulary
    model: LinearModel
    judged: Judged
    mended: Mended | None = None


def learn(
    dataset: Dataset, words: Sequence[str], settings: FitSettings, jobs: int, progress: Progress
) -> Learned:
    """Learn vocabulary, weights and temperature; `words` are the dictionary's.

    Raises `NothingToDo` with fewer than two intents, `BadInput` with too many rows to mend.
    """
    intents = dataset.intents
    if len(intents) < 2:
        raise NothingToDo("a model needs sentences of at least two intents")
    if settings.mend and len(dataset.rows) > settings.large:
        raise BadInput(f"{len(dataset.rows):,} rows; labels of {settings.large:,} can be mended")
    messages = _segment(dataset, words, progress)
    progress("features", 0, 1)
    vocabulary = learn_vocabulary(messages, settings)
    place = {intent: i for i, intent in enumerate(intents)}
    numbers = np.array([place[row.intent] for row in dataset.rows], np.int64)
    row_weights = np.array([row.weight for row in dataset.rows])
    folds = dataset.folds(settings.folds, settings.seed)
    given = numbers, len(intents), row_weights, folds, settings, jobs, progress
    fixed = np.array([row.source in UNDOUBTED for row in dataset.rows])
    mended = None
    if len(messages) > settings.large:
        with TemporaryDirectory(prefix="triagebot-") as folder:
            x = stored_matrix(vocabulary, messages, Path(folder))
            rows, scores, weights = _in_batches(x, *given)
    elif settings.mend and not fixed.all():
        rows, scores, weights, mended = _mending(matrix(vocabulary, messages), fixed, *given)
    else:
        x = matrix(vocabulary, messages)
        rows, scores, weights = _exactly(x, *given, families(intents))
    temperature = learn_temperature(scores, numbers[rows], row_weights[rows])
    model = LinearModel(weights, intents, temperature)
    part = _part(dataset, rows)
    heard = messages if part is dataset else [messages[i] for i in rows.tolist()]
    judged = Judged(part, heard, numbers[rows], softmax(scores, temperature))
    return Learned(dataset, intents, vocabulary, model, judged, mended)


def _exactly(
    x: csr_matrix,
    numbers: Ints,
    n_intents: int,
    row_weights: Floats,
    folds: Ints,
    settings: FitSettings,
    jobs: int,
    progress: Progress,
    kin: Sequence[Family],
) -> tuple[Ints, Floats, NDArray[np.float32]]:
    """Return all rows, their scores, and the weights of the final model."""

    def learner(rows: NDArray[np.bool_]) -> NDArray[np.float32]:
        known = row_weights[rows]
        return learn_weights(x[rows], numbers[rows], n_intents, known, settings, kin)

    scores = held_out_scores(
        x,
        numbers,
        n_intents,
        row_weights,
        folds,
        settings,
        jobs,
        lambda done, total: progress("folds", done, total),
        learner,
    )
    progress("fit", 0, 1)
    return np.arange(x.shape[0]), scores, learner(np.ones(x.shape[0], np.bool_))


def _mending(
    x: csr_matrix,
    fixed: NDArray[np.bool_],
    numbers: Ints,
    n_intents: int,
    row_weights: Floats,
    folds: Ints,
    settings: FitSettings,
    jobs: int,
    progress: Progress,
) -> tuple[Ints, Floats, NDArray[np.float32], Mended]:
    """Return as `_exactly` does, learnt from mended labels, and what was mended."""

    def without_a_fold(rest: NDArray[np.bool_]) -> NDArray[np.float32]:
        known = row_weights[rest]
        return learn_mended(x[rest], numbers[rest], n_intents, known, fixed[rest], settings)

    progress("folds", 0, settings.folds)
    given = x, numbers, n_intents, row_weights
    scores = held_out_scores(
        *given,
        folds,
        settings,
        jobs,
        lambda done, total: progress("folds", done, total),
        without_a_fold,
    )
    progress("mend", 0, 1)
    found = judge(*given, fixed, lambda done, total: progress("mend", done, total))
    progress("fit", 0, 1)
    weights = learn_believed(x, found, n_intents, row_weights, settings)
    doubted = int((~fixed).sum())
    mended = Mended(
        found.verdict(numbers), doubted, float((1 - found.chance).sum()) / (doubted or 1)
    )
    return np.arange(x.shape[0]), scores, weights, mended


def _in_batches(
    x: csr_matrix,
    numbers: Ints,
    n_intents: int,
    row_weights: Floats,
    folds: Ints,
    settings: FitSettings,
    jobs: int,
    progress: Progress,
) -> tuple[Ints, Floats, NDArray[np.float32]]:
    """Return the rows of the first fold, their scores, and the weights of the final model."""
    progress("fit", 0, 1)
    seen = np.where(folds == 0, 0.0, row_weights)
    without, weights = Parallel(n_jobs=min(jobs, 2))(
        delayed(learn_softmax)(x, numbers, n_intents, worth, settings.seed)
        for worth in (seen, row_weights)
    )
    rows = np.flatnonzero(folds == 0)
    return rows, np.asarray(x[rows] @ without, np.float64), weights


def _part(dataset: Dataset, rows: Ints) -> Dataset:
    if len(rows) == len(dataset.rows):
        return dataset
    kept = rows.tolist()
    return replace(
        dataset,
        rows=tuple(dataset.rows[i] for i in kept),
        normalised=tuple(dataset.normalised[i] for i in kept),
    )


def _segment(dataset: Dataset, words: Sequence[str], progress: Progress) -> list[Message]:
    segmenter = build_segmenter(words)
    messages: list[Message] = []
    # Each word is kept once: a million messages have ten million, most of them the same.
    once: dict[str, str] = {}
    for done, text in enumerate(dataset.normalised):
        if done % 5000 == 0:
            progress("segment", done, len(dataset.normalised))
        messages.append((text, tuple(once.setdefault(word, word) for word in segmenter.cut(text))))
    return messages
