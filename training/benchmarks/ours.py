"""triagebot's own classifier on a benchmark set: the features, the fit and the model that serve."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from training.benchmarks.datasets import BenchmarkSet
from training.benchmarks.rivals import Judge
from training.denoise import judge
from training.fit import FitSettings, learn_vocabulary, learn_weights, matrix
from triagebot.triage.classify import LinearModel
from triagebot.triage.features import Message
from triagebot.triage.normalise import normalise
from triagebot.triage.segment import build_segmenter

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

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
        learned = _mended(x, given, weights, len(data.train), settings)
    else:
        learned = learn_weights(x, given, len(labels), weights, settings)
    model = LinearModel(learned, labels, 1.0)

    def say(texts: Sequence[str]) -> list[str]:
        scores = model.scores(vocabulary.rows([hear(text) for text in texts]))
        return [labels[i] for i in scores.argmax(axis=1)]

    return say


def _mended(
    x: csr_matrix, given: Ints, weights: Floats, doubted: int, settings: FitSettings
) -> NDArray[np.float32]:
    """Return weights learnt from mended labels; names of labels are never doubted.

    The judge and the support vector machine that learns from its verdict err differently, so the
    mean of both is better than either, and is still one linear model.
    """
    n_labels = int(given.max()) + 1
    found = judge(x, given, n_labels, weights, np.arange(len(given)) >= doubted)
    learned = learn_weights(x, found.better, n_labels, weights * found.sure, settings)
    return _mean_of(x, learned, found.opinion)


def _mean_of(
    x: csr_matrix, one: NDArray[np.float32], other: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Return the mean of two models' weights, brought to the same spread of scores."""
    scale = float((x @ one).std() / (x @ other).std())
    return np.asarray((one + scale * other) / 2.0, np.float32)
