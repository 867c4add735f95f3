"""Record what a model must say wherever it is loaded."""

from __future__ import annotations

from collections.abc import Sequence

from triagebot.triage.classify import LinearModel
from triagebot.triage.features import Vocabulary
from triagebot.triage.manifest import SelfTest
from triagebot.triage.segment import JiebaSegmenter

LINES = 120


def record_selftest(
    texts: Sequence[str], words: Sequence[str], vocabulary: Vocabulary, model: LinearModel
) -> list[SelfTest]:
    """Return lines spread over the normalised `texts`, with jieba's own cut and the verdict."""
    step = max(1, len(texts) // LINES)
    chosen = texts[::step][:LINES]
    oracle = JiebaSegmenter(words)
    heard = [(text, oracle.cut(text)) for text in chosen]
    lines = []
    for (text, tokens), row in zip(heard, model.probabilities(vocabulary.rows(heard)), strict=True):
        best = int(row.argmax())
        lines.append(SelfTest(text, tokens, model.intents[best], round(float(row[best]), 6)))
    return lines
