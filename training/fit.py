"""Learn vocabulary and weights from labelled messages.

The classifier is a linear support vector machine, one intent against the rest, over TF-IDF word and
character n-grams. Dividing its margins by one temperature, learnt on held-out scores
(`held_out.py`), makes their softmax a calibrated probability.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.svm import LinearSVC

from training.document_frequency import document_frequency
from training.families import Family
from triagebot.triage.features import BlockWeights, Message, Vocabulary
from triagebot.triage.grams import word_ngrams

FAMILY = 0.5
"""What a family adds to an intent's own weights."""

FAMILY_TOLERANCE = 1.0
"""How far from the optimum the solver may stop where there are families: closer is no better."""


@dataclass(frozen=True, slots=True)
class FitSettings:
    """What can be tuned. The defaults are those the benchmarks kept.

    `C` is the inverse of the regularisation; a feature is kept when at least `min_words` or
    `min_characters` messages have it; `tolerance` is how far from the optimum the solver may stop.
    Above `large` rows a model is learnt by small batches; of words and of characters the most
    frequent `most` are kept. `mend` says that labels may be wrong and are judged before they are
    learnt (`mended.py`).
    """

    C: float = 0.8
    min_words: int = 1
    min_characters: int = 2
    block_weights: BlockWeights = (0.5, 1.0, 0.7)
    folds: int = 5
    seed: int = 7
    tolerance: float = 1e-3
    large: int = 150_000
    most: int = 250_000
    mend: bool = False


def learn_vocabulary(messages: Sequence[Message], settings: FitSettings) -> Vocabulary:
    """Return the features of `messages` in alphabetical order, words first."""
    words = Counter(word for _, tokens in messages for word in set(word_ngrams(tokens)))
    texts = [text for text, _ in messages]
    characters = document_frequency(texts, settings.min_characters, settings.most)
    kept_words = _frequent(words, settings.min_words, settings.most)
    kept_characters = _frequent(characters, settings.min_characters, settings.most)
    frequency = [0, *(words[w] for w in kept_words), *(characters[c] for c in kept_characters)]
    idf = np.log((1 + len(messages)) / (1 + np.array(frequency, np.float64))) + 1.0
    idf[0] = 1.0
    first = 1 + len(kept_words)
    return Vocabulary(
        {word: i for i, word in enumerate(kept_words, start=1)},
        {gram: i for i, gram in enumerate(kept_characters, start=first)},
        idf,
        settings.block_weights,
    )


def _frequent(counts: Mapping[str, int], least: int, most: int) -> list[str]:
    # A tab or line break would break the vocabulary file, and neither survives normalising.
    kept = sorted(gram for gram, count in counts.items() if count >= least)
    if len(kept) > most:
        kept = sorted(sorted(kept, key=lambda gram: -counts[gram])[:most])
    return kept


def matrix(vocabulary: Vocabulary, messages: Sequence[Message]) -> csr_matrix:
    """Return the messages' rows, shape (n_messages, n_features), by the serving code itself."""
    rows = vocabulary.rows(messages)
    ends = np.append(rows.starts, len(rows.ids))
    return csr_matrix((rows.values, rows.ids, ends), shape=(len(messages), len(vocabulary)))


def learn_weights(
    x: csr_matrix,
    intents: NDArray[np.int64],
    n_intents: int,
    row_weights: NDArray[np.float64],
    settings: FitSettings,
    kin: Sequence[Family] = (),
) -> NDArray[np.float32]:
    """Return weights, shape (n_features, n_intents); row 0 holds the intercepts.

    For each sort of families in `kin` (`families.py`), half of the weights that an intent's family
    learnt as one intent are added to its own; an intent without family counts as its own. Intents
    without a row get the lowest score everywhere. Raises ValueError with fewer than two.
    """
    if kin:
        settings = replace(settings, tolerance=max(settings.tolerance, FAMILY_TOLERANCE))
    weights = _margins(x, intents, n_intents, row_weights, settings)
    every = weights.copy()
    for family in kin:
        numbers = family[intents]
        together = weights.copy()
        if len(np.unique(numbers)) > 1:
            learnt = _margins(x, numbers, int(family.max()) + 1, row_weights, settings)
            together[:, family > 0] = learnt[:, family[family > 0]]
        every += FAMILY * together
    return every


def _margins(
    x: csr_matrix,
    intents: NDArray[np.int64],
    n_intents: int,
    row_weights: NDArray[np.float64],
    settings: FitSettings,
) -> NDArray[np.float32]:
    """Return the weights of one support vector machine for each intent against the rest."""
    model = LinearSVC(C=settings.C, random_state=settings.seed, tol=settings.tolerance)
    model.fit(x[:, 1:], intents, sample_weight=row_weights)
    weights = np.zeros((x.shape[1], n_intents), np.float32)
    weights[0] = -2.0
    margins, intercepts = model.coef_, model.intercept_
    if len(model.classes_) == 2:
        margins, intercepts = np.vstack([-margins, margins]), np.hstack([-intercepts, intercepts])
    weights[1:, model.classes_] = margins.T
    weights[0, model.classes_] = intercepts
    return weights
