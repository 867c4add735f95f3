"""Say which words moved a message towards an intent, and by how much.

Every feature's share of the linear score is spread evenly over its occurrences, then over the words
it covers. The words' contributions and the intercept sum to the intent's score exactly.
"""

from __future__ import annotations

from collections.abc import Sequence

from triagebot.domain.prediction import Contribution
from triagebot.triage.classify import LinearModel
from triagebot.triage.features import INTERCEPT, Vocabulary
from triagebot.triage.grams import Gram, character_grams, word_grams


def contributions(
    text: str, tokens: Sequence[str], intent: str, vocabulary: Vocabulary, model: LinearModel
) -> list[Contribution]:
    """Return one contribution a token, in order, in logits of the calibrated score."""
    rows = vocabulary.rows([(text, tokens)])
    parts = model.contributions(rows, intent).tolist()
    totals = {
        feature: part
        for feature, part in zip(rows.ids.tolist(), parts, strict=True)
        if feature != INTERCEPT
    }
    weights = [0.0] * len(tokens)
    _spread(totals, vocabulary.words, word_grams(tokens), weights, range(len(tokens)))
    _spread(totals, vocabulary.characters, character_grams(text), weights, _owners(tokens))
    return [Contribution(token, weight) for token, weight in zip(tokens, weights, strict=True)]


def _owners(tokens: Sequence[str]) -> list[int]:
    """Return for each character of the text the token it belongs to."""
    return [i for i, token in enumerate(tokens) for _ in token]


def _spread(
    totals: dict[int, float],
    index: dict[str, int],
    grams: Sequence[Gram],
    weights: list[float],
    owners: Sequence[int],
) -> None:
    known = [(index[gram.text], gram) for gram in grams if gram.text in index]
    occurrences: dict[int, int] = {}
    for feature, _ in known:
        occurrences[feature] = occurrences.get(feature, 0) + 1
    for feature, gram in known:
        share = totals[feature] / occurrences[feature] / (gram.stop - gram.start)
        for place in range(gram.start, gram.stop):
            weights[owners[place]] += share
