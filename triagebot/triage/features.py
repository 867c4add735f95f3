"""Turn a segmented message into weighted features: word and character n-grams under TF-IDF.

value = (1 + ln tf) · idf, each block divided by its Euclidean length and multiplied by the block's
weight, with idf = ln((1 + n) / (1 + df)) + 1: scikit-learn's `TfidfVectorizer(sublinear_tf=True)`,
but that n-grams the model has never seen count in the length, as heavy as the rarest it has. So a
message of mostly unknown words gets small values, and nothing is concluded from the few it shares.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

WORD_SIZES = (1, 2)
CHARACTER_SIZES = (1, 2, 3)
INTERCEPT = 0
"""The id of the feature that every message has, with value 1."""


@dataclass(frozen=True, slots=True)
class Gram:
    """One occurrence of an n-gram: its text and the units it covers, `start` to `stop`."""

    text: str
    start: int
    stop: int


def word_grams(tokens: Sequence[str]) -> list[Gram]:
    """Return the word n-grams of `tokens`; positions count tokens, blanks are passed over."""
    places = [i for i, token in enumerate(tokens) if token.strip()]
    grams = [Gram(tokens[i], i, i + 1) for i in places]
    for left, right in zip(places, places[1:], strict=False):
        grams.append(Gram(f"{tokens[left]} {tokens[right]}", left, right + 1))
    return grams


def character_grams(text: str) -> list[Gram]:
    """Return the character n-grams of `text`, with `^` and `$` for its ends.

    Positions count characters of `text`; the end signs count as the character next to them.
    """
    places = [i for i, character in enumerate(text) if character != " "]
    if not places:
        return []
    signs = ["^", *(text[i] for i in places), "$"]
    places = [places[0], *places, places[-1]]
    grams = []
    for size in CHARACTER_SIZES:
        for i in range(len(signs) - size + 1):
            grams.append(Gram("".join(signs[i : i + size]), places[i], places[i + size - 1] + 1))
    return grams


def word_ngrams(tokens: Sequence[str]) -> list[str]:
    """Return the texts of `word_grams`, without the cost of positions."""
    words = [token for token in tokens if token.strip()]
    return words + [f"{a} {b}" for a, b in zip(words, words[1:], strict=False)]


def character_ngrams(text: str) -> list[str]:
    """Return the texts of `character_grams`, without the cost of positions."""
    text = text.replace(" ", "")
    if not text:
        return []
    text = f"^{text}$"
    pairs = list(map(str.__add__, text, text[1:]))
    return [*text, *pairs, *map(str.__add__, pairs, text[2:])]


@dataclass(frozen=True, slots=True)
class Rows:
    """Sparse rows, one a message: row r has `ids` and `values` from `starts[r]` to the next."""

    ids: NDArray[np.int64]
    values: NDArray[np.float64]
    starts: NDArray[np.int64]


class Vocabulary:
    """The features a model knows, with their inverse document frequencies.

    `words` and `characters` map an n-gram to its id; `idf[id]` is its weight; id 0 is the
    intercept. `block_weights` are those of words and of characters.
    """

    def __init__(
        self,
        words: dict[str, int],
        characters: dict[str, int],
        idf: NDArray[np.float64],
        block_weights: tuple[float, float],
    ) -> None:
        self.words = words
        self.characters = characters
        self.idf = idf
        self.block_weights = block_weights
        self._idf: list[float] = idf.tolist()
        self._rarest = max(self._idf)

    def __len__(self) -> int:
        """Return the number of features, the intercept included."""
        return len(self._idf)

    def rows(self, messages: Iterable[tuple[str, Sequence[str]]]) -> Rows:
        """Return a row for each `(normalised text, tokens)`; none is empty."""
        ids: list[int] = []
        values: list[float] = []
        starts: list[int] = []
        for text, tokens in messages:
            starts.append(len(ids))
            ids.append(INTERCEPT)
            values.append(1.0)
            self._block(self.words, word_ngrams(tokens), self.block_weights[0], ids, values)
            self._block(self.characters, character_ngrams(text), self.block_weights[1], ids, values)
        return Rows(np.array(ids, np.int64), np.array(values), np.array(starts, np.int64))

    def _block(
        self,
        index: dict[str, int],
        grams: list[str],
        weight: float,
        ids: list[int],
        values: list[float],
    ) -> None:
        counts = Counter([index[gram] for gram in grams if gram in index])
        if not counts:
            return
        idf = self._idf
        block = [idf[i] if n == 1 else (1.0 + math.log(n)) * idf[i] for i, n in counts.items()]
        square = math.fsum([value * value for value in block]) + self._unknown(index, grams)
        scale = weight / math.sqrt(square)
        ids.extend(counts)
        values.extend([value * scale for value in block])

    def _unknown(self, index: dict[str, int], grams: list[str]) -> float:
        """Return what the n-grams that the model has never seen add to the squared length."""
        unseen = Counter([gram for gram in grams if gram not in index])
        return math.fsum((self._rarest * (1.0 + math.log(n))) ** 2 for n in unseen.values())

    def known_share(self, tokens: Sequence[str]) -> float:
        """Return the share of words that the model has seen, 0..1; 0 when there are no words."""
        words = [token for token in tokens if token.strip()]
        if not words:
            return 0.0
        return sum(word in self.words for word in words) / len(words)
