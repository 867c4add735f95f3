"""Learn vocabulary, weights and temperature from labelled messages.

The classifier is a linear support vector machine, one intent against the rest, over TF-IDF word and
character n-grams. Dividing its margins by one temperature, learnt on held-out scores, makes their
softmax a calibrated probability.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from joblib import Parallel, delayed
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from scipy.sparse import csr_matrix
from scipy.special import log_softmax
from sklearn.svm import LinearSVC

from training.document_frequency import document_frequency
from training.families import Family
from triagebot.triage.features import BlockWeights, Message, Vocabulary
from triagebot.triage.grams import word_ngrams

Done = Callable[[int, int], None]
"""Called with steps done and steps in all."""

FAMILY = 0.5
"""What a family adds to an intent's own weights."""

FAMILY_TOLERANCE = 1.0
"""How far from the optimum the solver may stop where there are families: closer is no better."""

Learner = Callable[[NDArray[np.bool_]], NDArray[np.float32]]
"""Returns weights, as `learn_weights` does, learnt from the rows that are marked."""


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


def held_out_scores(
    x: csr_matrix,
    intents: NDArray[np.int64],
    n_intents: int,
    row_weights: NDArray[np.float64],
    folds: NDArray[np.int64],
    settings: FitSettings,
    jobs: int = 2,
    done: Done = lambda _done, _total: None,
    learner: Learner | None = None,
) -> NDArray[np.float64]:
    """Return each row's scores by a model that never saw its fold, shape (n_rows, n_intents).

    Rows of fold -1 help to learn every time and are not scored: theirs are 0. `learner` replaces
    `learn_weights`.
    """
    numbers = np.unique(folds[folds >= 0])

    def plain(rest: NDArray[np.bool_]) -> NDArray[np.float32]:
        return learn_weights(x[rest], intents[rest], n_intents, row_weights[rest], settings)

    learn = learner or plain

    def one(fold: int) -> tuple[int, NDArray[np.float64]]:
        weights = learn((folds != fold) & (row_weights > 0))
        return fold, np.asarray(x[folds == fold] @ weights.astype(np.float64))

    scores = np.zeros((x.shape[0], n_intents))
    runs = Parallel(n_jobs=jobs, return_as="generator_unordered")(
        delayed(one)(int(fold)) for fold in numbers
    )
    for count, (fold, part) in enumerate(runs, start=1):
        scores[folds == fold] = part
        done(count, len(numbers))
    return scores


def learn_temperature(
    scores: NDArray[np.float64], intents: NDArray[np.int64], row_weights: NDArray[np.float64]
) -> float:
    """Return the temperature, 0.01..100, with the least log loss on held-out scores."""

    def loss(log_temperature: float) -> float:
        log_probabilities = log_softmax(scores / np.exp(log_temperature), axis=1)
        picked = log_probabilities[np.arange(len(intents)), intents]
        return float(-(picked * row_weights).sum() / row_weights.sum())

    found = minimize_scalar(loss, bounds=(np.log(0.01), np.log(100)), method="bounded")
    return round(float(np.exp(found.x)), 6)


def softmax(scores: NDArray[np.float64], temperature: float) -> NDArray[np.float64]:
    """Return probabilities, rows summing to 1."""
    return np.asarray(np.exp(log_softmax(scores / temperature, axis=1)))
