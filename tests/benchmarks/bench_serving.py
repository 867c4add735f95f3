"""Time what one message costs, beside scikit-learn's own call on the same weights, in one run.

python tests/benchmarks/bench_serving.py MODEL_FOLDER [TEXTS.jsonl[.gz]]

Prints CPU microseconds a message: the median over rounds, and the ratio to ours.
"""

from __future__ import annotations

import gzip
import json
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import FeatureUnion, Pipeline

from triagebot.channels.demo.fans import demo_messages
from triagebot.triage.grams import character_ngrams, word_ngrams
from triagebot.triage.normalise import normalise
from triagebot.triage.registry import load
from triagebot.triage.think import Mind, wake

ROUNDS = 5
MESSAGES = 2000
BATCH = 128
THOUGHT = (1, 2, 8, 32, 64, BATCH)
"""How many messages are thought of at once: a quiet hour's one or two, and those of a rush."""


def main() -> None:
    """Measure and print a table."""
    mind = wake(load(Path(sys.argv[1])))
    texts = read_texts(sys.argv[2:])
    heard = [mind.hear(text) for text in texts]
    rows = mind.bundle.vocabulary.rows
    model = mind.bundle.model
    pipeline = rival(mind)
    cases: list[tuple[str, Callable[[], object], int]] = [
        ("normalise and segment", lambda: [mind.hear(text) for text in texts], len(texts)),
        ("classify, one", lambda: [model.probabilities(rows([m])) for m in heard], len(texts)),
        (
            f"classify, {BATCH}",
            lambda: [model.probabilities(rows(b)) for b in chunks(heard)],
            len(texts),
        ),
        *(
            (f"think, {size}", partial(think, mind, chunks(texts, size)), len(texts))
            for size in THOUGHT
        ),
        (
            "scikit-learn classify, one",
            lambda: [pipeline.predict_proba([m]) for m in heard[:200]],
            200,
        ),
        (
            f"scikit-learn classify, {BATCH}",
            lambda: [pipeline.predict_proba(list(b)) for b in chunks(heard)],
            len(texts),
        ),
    ]
    times = {name: [] for name, _, _ in cases}
    for _ in range(ROUNDS):
        for name, work, count in cases:
            started = time.process_time()
            work()
            times[name].append((time.process_time() - started) / count * 1e6)
    base = statistics.median(times["classify, one"])
    for name, values in times.items():
        middle = statistics.median(values)
        print(f"{name:<30} {middle:9.1f} µs   × {middle / base:6.2f}")


def read_texts(arguments: Sequence[str]) -> list[str]:
    """Return real messages from a file, or the demo's."""
    if not arguments:
        return demo_messages() * 10
    path = Path(arguments[0])
    with gzip.open(path, "rt") if path.suffix == ".gz" else path.open() as lines:
        return [json.loads(line)["text"] for line, _ in zip(lines, range(MESSAGES), strict=False)]


def think(mind: Mind, batches: Sequence[Sequence[str]]) -> None:
    """Think of all batches in turn."""
    for batch in batches:
        mind.think(batch)


def chunks(items: Sequence[Any], size: int = BATCH) -> list[Sequence[Any]]:
    """Return the items in batches."""
    return [items[i : i + size] for i in range(0, len(items), size)]


def rival(mind: Mind) -> Pipeline:
    """Return scikit-learn's pipeline with our vocabulary and weights; segmentation is given."""
    bundle = mind.bundle
    split = 1 + len(bundle.vocabulary.words)

    def block(terms: dict[str, int], analyzer: Callable[..., list[str]], first: int, last: int):
        vectorizer = TfidfVectorizer(
            analyzer=analyzer,
            vocabulary={term: i - first for term, i in terms.items()},
            sublinear_tf=True,
        )
        vectorizer.idf_ = bundle.vocabulary.idf[first:last]
        return vectorizer

    size = len(bundle.vocabulary)
    words = block(bundle.vocabulary.words, lambda m: word_ngrams(m[1]), 1, split)
    characters = block(bundle.vocabulary.characters, lambda m: character_ngrams(m[0]), split, size)
    classifier = LogisticRegression()
    classifier.classes_ = np.array(bundle.model.intents)
    weights = bundle.model.weights.astype(np.float64) / bundle.model.temperature
    classifier.coef_, classifier.intercept_ = np.asfortranarray(weights[1:].T), weights[0]
    return Pipeline(
        [("features", FeatureUnion([("w", words), ("c", characters)])), ("model", classifier)]
    )


if __name__ == "__main__":
    normalise("")  # loads its tables outside of the clock
    main()
