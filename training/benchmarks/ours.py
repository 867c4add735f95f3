"""triagebot's own classifier on a benchmark set: the features, the fit and the model that serve."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from training.benchmarks.datasets import BenchmarkSet
from training.benchmarks.rivals import Judge
from training.families import families
from training.fit import FitSettings, learn_vocabulary, learn_weights, matrix
from training.mended import learn_mended
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
        named = np.arange(len(given)) >= len(data.train)
        learned = learn_mended(x, given, len(labels), weights, named, settings)
    else:
        learned = learn_weights(x, given, len(labels), weights, settings, families(labels))
    model = LinearModel(learned, labels, 1.0)

    def say(texts: Sequence[str]) -> list[str]:
        scores = model.scores(vocabulary.rows([hear(text) for text in texts]))
        return [labels[i] for i in scores.argmax(axis=1)]

    return say
