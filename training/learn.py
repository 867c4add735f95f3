"""From a dataset to a model, and what it makes of messages it has not seen.

Up to `FitSettings.large` rows every row is judged by a model that never saw its fold, and a support
vector machine learns from all. Above, both would take hours: a softmax regression learns by small
batches (`minibatch.py`), and the rows of one fold are judged by a second one that never saw them.

With `FitSettings.mend` labels that may be wrong are judged first, in each fold anew by the rows
that it learns from, and mended ones are learnt (`mended.py`); without such labels it changes
nothing. What is measured, here and later, is measured by the labels as they were given.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray

from training.dataset import Dataset
from training.families import families
from training.fit import FitSettings, learn_vocabulary, matrix
from training.held_out import Targets, learn_temperature, softmax, targets_of
from training.progress import Progress
from training.solvers import Mended, Solution, solve_exactly, solve_in_batches, solve_mended
from training.stored_rows import stored_matrix
from triagebot.domain.label import Source
from triagebot.errors import BadInput, NothingToDo
from triagebot.triage.classify import LinearModel
from triagebot.triage.features import Message, Vocabulary
from triagebot.triage.segment import build_segmenter

UNDOUBTED = (Source.SEED, Source.REVIEW)
"""Labels that are never mended: staff's sentences define the intents, second looks are final."""


@dataclass(frozen=True, slots=True)
class Judged:
    """Rows with calibrated probabilities, shape (n_rows, n_intents), by models that never saw them.

    `numbers` are the places of the rows' intents.
    """

    dataset: Dataset
    messages: Sequence[Message]
    numbers: NDArray[np.int64]
    probabilities: NDArray[np.float64]


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
    targets = targets_of(dataset, settings)
    found = _solve(dataset, messages, vocabulary, targets, settings, jobs, progress)
    numbers = targets.numbers[found.rows]
    temperature = learn_temperature(found.scores, numbers, targets.weights[found.rows])
    model = LinearModel(found.weights, intents, temperature)
    kept = found.rows.tolist()
    part, heard = _part(dataset, kept), [messages[i] for i in kept]
    judged = Judged(part, heard, numbers, softmax(found.scores, temperature))
    return Learned(dataset, intents, vocabulary, model, judged, found.mended)


def _solve(
    dataset: Dataset,
    messages: Sequence[Message],
    vocabulary: Vocabulary,
    targets: Targets,
    settings: FitSettings,
    jobs: int,
    progress: Progress,
) -> Solution:
    """Choose the way by how many rows there are and whether their labels may be wrong."""
    how = settings, jobs, progress
    if len(messages) > settings.large:
        with TemporaryDirectory(prefix="triagebot-") as folder:
            stored = stored_matrix(vocabulary, messages, Path(folder))
            return solve_in_batches(stored, targets, *how)
    x = matrix(vocabulary, messages)
    fixed = np.array([row.source in UNDOUBTED for row in dataset.rows])
    if settings.mend and not fixed.all():
        return solve_mended(x, targets, fixed, *how)
    return solve_exactly(x, targets, *how, kin=families(dataset.intents))


def _part(dataset: Dataset, kept: Sequence[int]) -> Dataset:
    if len(kept) == len(dataset.rows):
        return dataset
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
