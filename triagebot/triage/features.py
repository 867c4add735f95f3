"""Turn a segmented message into weighted features: words, and characters alone and together.

The first block are the words; the second the characters, their 2-grams, and all pairs of different
characters that a message has, wherever they stand: fans turn the order of words around, and drop
words in between.

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
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

CHARACTER_SIZES = (1, 2)
PAIRED = 16
"""Of how many different characters of a message, the first ones, all pairs are features."""

INTERCEPT = 0
"""The id of the feature that every message has, with value 1."""


@dataclass(frozen=True, slots=True)
class Gram:
    """One occurrence of an n-gram: its text and the units it covers, `start` to `stop`."""

    text: str
    start: int
    stop: int


def word_grams(tokens: Sequence[str]) -> list[Gram]:
    """Return the words of `tokens`; positions count tokens, blanks are passed over."""
    return [Gram(token, i, i + 1) for i, token in enumerate(tokens) if token.strip()]


def character_grams(text: str) -> list[Gram]:
    """Return the character n-grams of `text`, with `^` and `$` for its ends.

    Positions count characters of `text`; the end signs count as the character next to them. A pair
    comes twice, once at the place where each of its characters first stands.
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
    for pair in combinations(_paired(text), 2):
        grams += [Gram(" ".join(pair), i, i + 1) for i in map(text.index, pair)]
    return grams


def word_ngrams(tokens: Sequence[str]) -> list[str]:
    """Return the texts of `word_grams`, without the cost of positions."""
    return [token for token in tokens if token.strip()]


def character_ngrams(text: str) -> list[str]:
    """Return the texts of `character_grams`, each pair once, without the cost of positions."""
    return [*_short_ngrams(text), *map(" ".join, combinations(_paired(text), 2))]


def _short_ngrams(text: str) -> list[str]:
    text = text.replace(" ", "")
    if not text:
        return []
    text = f"^{text}$"
    return [*text, *map(str.__add__, text, text[1:])]


def _paired(text: str) -> str:
    """Return the characters of which all pairs are features, in order."""
    return "".join(sorted([*dict.fromkeys(text.replace(" ", ""))][:PAIRED]))


@dataclass(frozen=True, slots=True)
class Rows:
    """Sparse rows, one a message: row r has `ids` and `values` from `starts[r]` to the next."""

    ids: NDArray[np.int64]
    values: NDArray[np.float64]
    starts: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class _Drawn:
    """Blocks of features, three a message, one after the other."""

    ids: list[int]
    counts: list[int]
    sizes: list[int]
    unknown: list[float]

    def block(self, ids: list[int], counts: list[int], unknown: float) -> None:
        self.ids.extend(ids)
        self.counts.extend(counts)
        self.sizes.append(len(ids))
        self.unknown.append(unknown)


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
        self._partners: dict[str, dict[str, int]] = {}
        for gram, i in characters.items():
            if gram[1:2] == " ":
                self._partners.setdefault(gram[0], {})[gram[2]] = i

    def __len__(self) -> int:
        """Return the number of features, the intercept included."""
        return len(self._idf)

    def rows(self, messages: Iterable[tuple[str, Sequence[str]]]) -> Rows:
        """Return a row for each `(normalised text, tokens)`; none is empty."""
        drawn = _Drawn([], [], [], [])
        for text, tokens in messages:
            drawn.block([INTERCEPT], [1], 0.0)
            self._draw(drawn, self.words, word_ngrams(tokens), "")
            self._draw(drawn, self.characters, _short_ngrams(text), _paired(text))
        return self._weigh(drawn)

    def _draw(self, drawn: _Drawn, index: dict[str, int], grams: list[str], paired: str) -> None:
        """Add a block: ids and counts of what is known, the squared counts of what is not."""
        ids, counts, unknown = [], [], 0.0
        for gram, n in Counter(grams).items():
            known = index.get(gram)
            if known is not None:
                ids.append(known)
                counts.append(n)
            else:
                unknown += 1.0 if n == 1 else (1.0 + math.log(n)) ** 2
        if paired:
            pairs = self._pairs(paired)
            ids += pairs
            counts += [1] * len(pairs)
            unknown += len(paired) * (len(paired) - 1) // 2 - len(pairs)
        drawn.block(ids, counts, unknown)

    def _pairs(self, paired: str) -> list[int]:
        """Return the ids of the known pairs of `paired`, without making their texts."""
        ids: list[int] = []
        for i, first in enumerate(paired):
            partners = self._partners.get(first)
            if partners:
                ids += [partners[c] for c in paired[i + 1 :] if c in partners]
        return ids

    def _weigh(self, drawn: _Drawn) -> Rows:
        """Turn counts into values, each block of the length that is its weight."""
        ids = np.array(drawn.ids, np.int64)
        values = self.idf[ids] * (1.0 + np.log(np.array(drawn.counts, np.float64)))
        sizes = np.array(drawn.sizes, np.int64)
        blocks = np.repeat(np.arange(len(sizes)), sizes)
        squares = np.bincount(blocks, values * values, len(sizes)).astype(np.float64)
        squares += self._rarest**2 * np.array(drawn.unknown, np.float64)
        weights = np.tile([1.0, *self.block_weights], len(sizes) // 3)
        scales = weights / np.sqrt(np.maximum(squares, 1e-300))
        starts = (np.cumsum(sizes) - sizes)[::3]
        return Rows(ids, values * scales[blocks], starts)

    def word_weight(self, word: str) -> float:
        """Return the inverse document frequency of a word; of an unknown one, the rarest's."""
        known = self.words.get(word)
        return self._rarest if known is None else self._idf[known]

    def gram_weight(self, gram: str) -> float:
        """Return the inverse document frequency of characters, as `word_weight` does."""
        known = self.characters.get(gram)
        return self._rarest if known is None else self._idf[known]

    def known_share(self, tokens: Sequence[str]) -> float:
        """Return the share of words that the model has seen, 0..1; 0 when there are no words."""
        words = [token for token in tokens if token.strip()]
        if not words:
            return 0.0
        return sum(word in self.words for word in words) / len(words)
