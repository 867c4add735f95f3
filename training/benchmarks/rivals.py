"""What the classifier is held against: plain scikit-learn pipelines, as anyone would write them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from training.benchmarks.datasets import BenchmarkSet

Judge = Callable[[Sequence[str]], list[str]]
"""Takes messages, returns their labels."""


def char_svm(data: BenchmarkSet) -> Judge:
    """Learn a linear SVM over character 1- to 3-grams under TF-IDF."""
    return _learn(data, analyzer="char", ngram_range=(1, 3))


def jieba_word_svm(data: BenchmarkSet) -> Judge:
    """Learn a linear SVM over jieba's words and pairs of them under TF-IDF."""
    from triagebot.triage.segment import JiebaSegmenter

    cut = JiebaSegmenter(data.words).cut
    return _learn(data, tokenizer=cut, token_pattern=None, ngram_range=(1, 2))


def _learn(data: BenchmarkSet, **features: Any) -> Judge:
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.pipeline import make_pipeline
    from sklearn.svm import LinearSVC

    pipeline = make_pipeline(
        TfidfVectorizer(sublinear_tf=True, **features), LinearSVC(C=RIVAL_C, random_state=7)
    )
    pipeline.fit([row.text for row in data.train], [row.label for row in data.train])

    def judge(texts: Sequence[str]) -> list[str]:
        return [str(label) for label in pipeline.predict(texts)]

    return judge


RIVAL_C = 0.3
"""What suits the rivals best on these sets; scikit-learn's own 1.0 costs them up to four points."""

RIVALS = {"char_svm": char_svm, "jieba_word_svm": jieba_word_svm}
