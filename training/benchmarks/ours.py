"""triagebot's own classifier on a benchmark set: the features, the fit and the model that serve."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from training.benchmarks.datasets import BenchmarkSet
from training.benchmarks.rivals import Judge
from training.dataset import split_folds
from training.denoise import FIXED, judge
from training.fit import FitSettings, learn_vocabulary, learn_weights, matrix
from training.near_duplicates import group_near_duplicates
from triagebot.triage.answers import bare
from triagebot.triage.classify import LinearModel
from triagebot.triage.features import Message
from triagebot.triage.normalise import normalise
from triagebot.triage.segment import build_segmenter

NAME_WEIGHT = 3.0
"""What a label's name counts, in rows: it is the one sentence that is surely labelled right."""


def triagebot(data: BenchmarkSet, settings: FitSettings | None = None, jobs: int = 1) -> Judge:
    """Learn from `data` as `train` does; wrong labels are mended first where there are any."""
    settings = settings or FitSettings()
    segmenter = build_segmenter(data.words)

    def hear(text: str) -> Message:
        plain = normalise(text)
        return plain, segmenter.cut(plain)

    labels, names = data.labels, data.spoken_labels
    messages = [hear(text) for text in [*(row.text for row in data.train), *names]]
    given = np.array([labels.index(name) for name in [*(r.label for r in data.train), *names]])
    weights = np.array([1.0] * len(data.train) + [NAME_WEIGHT] * len(names))
    vocabulary = learn_vocabulary(messages, settings)
    x = matrix(vocabulary, messages)
    if data.noisy:
        folds = _folds(data, messages, settings)
        found = judge(x, given, len(labels), weights, folds, settings, jobs)
        given, weights = found.labels(given), found.weights(weights)
    learned = learn_weights(x, given, len(labels), weights, settings)
    model = LinearModel(learned, labels, 1.0)

    def say(texts: Sequence[str]) -> list[str]:
        scores = model.scores(vocabulary.rows([hear(text) for text in texts]))
        return [labels[i] for i in scores.argmax(axis=1)]

    return say


def _folds(
    data: BenchmarkSet, messages: Sequence[Message], settings: FitSettings
) -> NDArray[np.int64]:
    """Return the fold of each row; names of labels are never doubted."""
    rows = len(data.train)
    groups = group_near_duplicates([bare(text) for text, _ in messages[:rows]])
    folds = split_folds([row.label for row in data.train], groups, settings.folds, settings.seed)
    return np.append(folds, np.full(len(messages) - rows, FIXED))
