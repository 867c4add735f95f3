"""Turn a segmented message into weighted features: words, and characters alone and together.

The first block are the words; the second the n-grams of characters; the third their pairs, which
would outweigh the n-grams of a long message if they shared a block (`grams.py`).

value = (1 + ln tf) · idf, each block divided by its Euclidean length and multiplied by the block's
weight, with idf = ln((1 + n) / (1 + df)) + 1: scikit-learn's `TfidfVectorizer(sublinear_tf=True)`,
but that n-grams the model has never seen count in the length, as heavy as the rarest it has. So a
message of mostly unknown words gets small values, and nothing is concluded from the few it shares.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from triagebot.triage.grams import word_ngrams
from triagebot.triage.keys import Drawn, KeyIndex, are_pairs, draw

INTERCEPT = 0
"""The id of the feature that every message has, with value 1."""

_BATCH = 4096
_BLOCKS = 4
"""The intercept, the words, the n-grams of characters, their pairs."""

_BITS = 33
_UNKNOWN = (1 << 31) - 1
"""Unknown n-grams are told apart by their keys modulo this prime."""

_TINY = 1e-300

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Message = tuple[str, Sequence[str]]
"""Normalised text and its words."""

BlockWeights = tuple[float, float, float]
"""The weights of words, of n-grams of characters and of their pairs."""

_NO_IDS = np.zeros(0, np.int64)
_NO_VALUES = np.zeros(0)


@dataclass(frozen=True, slots=True)
class Rows:
    """Sparse rows, one a message: row r has `ids` and `values` from `starts[r]` to the next."""

    ids: Ints
    values: Floats
    starts: Ints

    @property
    def sizes(self) -> Ints:
        """How many entries each row has."""
        sizes = np.empty_like(self.starts)
        np.subtract(self.starts[1:], self.starts[:-1], out=sizes[:-1])
        sizes[-1:] = len(self.ids) - self.starts[-1:]
        return sizes

    @property
    def owners(self) -> Ints:
        """The row of each entry."""
        return np.arange(len(self.starts)).repeat(self.sizes)

    def entries(self, places: Ints) -> tuple[Ints, Ints, Ints]:
        """Return where the entries of some rows stand, one row after the other in the order asked
        for, how many each row has, and where it begins among these."""
        sizes = self.sizes.take(places)
        stops = sizes.cumsum()
        starts = stops - sizes
        total = int(stops[-1]) if len(stops) else 0
        return np.arange(total) + (self.starts.take(places) - starts).repeat(sizes), sizes, starts

    def take(self, places: Ints) -> Rows:
        """Return some of the rows, in the order asked for."""
        at, _, starts = self.entries(places)
        return Rows(self.ids.take(at), self.values.take(at), starts)


class Vocabulary:
    """The features a model knows, with their inverse document frequencies.

    `words` and `characters` map an n-gram to its id; `idf[id]` is its weight; id 0 is the
    intercept.
    """

    def __init__(
        self,
        words: dict[str, int],
        characters: dict[str, int],
        idf: Floats,
        block_weights: BlockWeights,
    ) -> None:
        self.words = words
        self.characters = characters
        self.idf = idf
        self.block_weights = block_weights
        self._keys = KeyIndex(characters, characters.values())
        self._idf = np.append(idf, idf.max())
        self._each_idf = self._idf.data  # gives one number in a third of the array's time
        self._weights = np.tile([1.0, *block_weights], _BATCH)

    def __len__(self) -> int:
        """Return the number of features, the intercept included."""
        return len(self.idf)

    def rows(self, messages: Iterable[Message]) -> Rows:
        """Return a row for each `(normalised text, tokens)`; none is empty."""
        every = [*messages]
        parts = [self._rows(every[i : i + _BATCH]) for i in range(0, len(every), _BATCH)]
        if len(parts) == 1:
            return parts[0]
        sizes = [0, *(len(part.ids) for part in parts)]
        offsets = np.cumsum(sizes)[:-1].tolist()
        return Rows(
            np.concatenate([_NO_IDS, *(part.ids for part in parts)]),
            np.concatenate([_NO_VALUES, *(part.values for part in parts)]),
            np.concatenate(
                [_NO_IDS, *(p.starts + offset for p, offset in zip(parts, offsets, strict=True))]
            ),
        )

    def _rows(self, messages: Sequence[Message]) -> Rows:
        size = len(messages)
        first = np.arange(0, size * _BLOCKS, _BLOCKS)
        words, sizes = self._words(messages)
        drawn = draw([text.replace(" ", "") for text, _ in messages])
        of_characters = drawn.rows * _BLOCKS
        of_characters += are_pairs(drawn.keys)
        of_characters += 2
        blocks, ids, counts = _counted(
            np.concatenate([first, (first + 1).repeat(sizes), of_characters]),
            np.concatenate([np.full(size, INTERCEPT), words, self._characters(drawn)]),
        )
        values = (1.0 + np.log(counts)) * self._idf.take(np.maximum(ids, -1))
        squares = np.bincount(blocks, values * values, _BLOCKS * size)
        scale = self._weights[: _BLOCKS * size] / np.sqrt(np.maximum(squares, _TINY))
        values *= scale.take(blocks)
        known = ids >= 0
        ids = ids[known]
        return Rows(ids, values[known], (ids == INTERCEPT).nonzero()[0])

    def _words(self, messages: Sequence[Message]) -> tuple[Ints, Ints]:
        """Return the words' ids, negative ones where unknown, and how many each message has."""
        known, new = self.words, dict[str, int]()
        ids: list[int] = []
        sizes = []
        for _, tokens in messages:
            words = word_ngrams(tokens)
            sizes.append(len(words))
            for word in words:
                found = known.get(word)
                ids.append(new.setdefault(word, ~len(new)) if found is None else found)
        return np.array(ids, np.int64), np.array(sizes, np.int64)

    def _characters(self, drawn: Drawn) -> Ints:
        """Return the id of each key, negative ones where unknown."""
        ids = self._keys.find(drawn.keys)
        return np.where(ids < 0, ~(drawn.keys % _UNKNOWN), ids)

    def word_weights(self, tokens: Sequence[str]) -> dict[str, float]:
        """Return each different word of `tokens` with its `word_weight`."""
        known, idf = self.words, self._each_idf
        return {word: idf[known.get(word, -1)] for word in tokens if word.strip()}

    def word_weight(self, word: str) -> float:
        """Return the inverse document frequency of a word; of an unknown one, the rarest's."""
        return self._each_idf[self.words.get(word, -1)]

    def gram_weight(self, gram: str) -> float:
        """Return the inverse document frequency of characters, as `word_weight` does."""
        return self._each_idf[self.characters.get(gram, -1)]

    def known_share(self, tokens: Sequence[str]) -> float:
        """Return the share of words that the model has seen, 0..1; 0 when there are no words."""
        words = word_ngrams(tokens)
        return sum(map(self.words.__contains__, words)) / len(words) if words else 0.0


def _counted(blocks: Ints, ids: Ints) -> tuple[Ints, Ints, Floats]:
    """Return block and id of each different feature, in order, and how often it is there."""
    numbers = blocks << _BITS
    numbers += ids
    numbers += _UNKNOWN
    numbers.sort()
    fresh = np.ones(len(numbers), np.bool_)
    np.not_equal(numbers[1:], numbers[:-1], out=fresh[1:])
    first = fresh.nonzero()[0]
    counts = np.empty(len(first))
    np.subtract(first[1:], first[:-1], out=counts[:-1])
    counts[-1:] = len(numbers) - first[-1:]
    numbers = numbers.take(first)
    return numbers >> _BITS, (numbers & ((1 << _BITS) - 1)) - _UNKNOWN, counts
