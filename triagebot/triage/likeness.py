"""How alike messages are, and which stand around one centre.

Every message is a TF-IDF row of its words, characters and 2-grams with the weights of the serving
vocabulary; what the model has never seen weighs as much as the rarest it has. Rows are hashed to
`WIDTH` signed columns (Weinberger et al. 2009, "Feature hashing"), so that the cosines of thousands
are one matrix product; a cosine is then off by about 1 / sqrt(WIDTH) = 0.03.

Grouping is the star algorithm (Aslam, Pelekhov and Rus 2004): the message with most neighbours
becomes a centre and takes them all, and so on. Each member is near its centre, not only near some
other member, so a cluster cannot drift from one meaning to the next.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from triagebot.triage.answers import bare
from triagebot.triage.features import Vocabulary

WIDTH = 1024
AT_ONCE = 4096
"""So many rows are compared with each other at once: 64 MB of cosines."""

_WORD = re.compile(r"\w")

Heard = tuple[str, Sequence[str]]
"""Normalised text and its words."""


@dataclass(frozen=True, slots=True)
class Star:
    """Rows around a centre, which comes first; `cosines` to it, 0..1, descending."""

    rows: tuple[int, ...]
    cosines: tuple[float, ...]


class Likeness:
    """The features of all messages to compare, kept sparse; `rows` gives some of them dense."""

    def __init__(self, heard: Sequence[Heard], vocabulary: Vocabulary) -> None:
        namer = _Namer(vocabulary)
        features = [namer.features(text, tokens) for text, tokens in heard]
        self._ends = np.cumsum([len(each) for each in features])
        self._sizes = np.array([len(each) for each in features], np.int64)
        ids = np.fromiter(chain.from_iterable(features), np.int64, int(self._sizes.sum()))
        digests = np.array(namer.digests, np.int64)[ids]
        self._columns = digests >> 1
        self._values = np.array(namer.weights)[ids] * np.where(digests & 1, 1.0, -1.0)

    def rows(self, places: Sequence[int]) -> NDArray[np.float32]:
        """Return the rows of some messages, of unit length, shape (n, WIDTH)."""
        sizes = self._sizes[places]
        owners = np.repeat(np.arange(len(places)), sizes)
        ends = np.cumsum(sizes)
        at = np.arange(len(owners)) + np.repeat(self._ends[places] - ends, sizes)
        flat = owners * WIDTH + self._columns[at]
        rows = np.bincount(flat, self._values[at], len(places) * WIDTH).astype(np.float32)
        rows = rows.reshape(len(places), WIDTH)
        rows /= np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)
        return rows


class _Namer:
    """Numbers features as they come, with their weight and their hash."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._ids: dict[str, int] = {}
        self.weights: list[float] = []
        self.digests: list[int] = []

    def features(self, text: str, tokens: Sequence[str]) -> list[int]:
        """Return the ids of a message's features, each once."""
        plain = bare(text)
        known, ids = self._vocabulary, self._ids
        found: dict[int, None] = {}
        for word in tokens:
            name = f"{word} "  # a word of one character is not that character
            if name in ids:
                found[ids[name]] = None
            elif _WORD.search(word):
                found[self._add(name, known.word_weight(word))] = None
        for gram in (*plain, *map(str.__add__, plain, plain[1:])):
            found[ids[gram] if gram in ids else self._add(gram, known.gram_weight(gram))] = None
        return list(found)

    def _add(self, name: str, weight: float) -> int:
        self.digests.append(zlib.crc32(name.encode()) % (2 * WIDTH))
        self.weights.append(weight)
        return self._ids.setdefault(name, len(self._ids))


def stars(
    rows: NDArray[np.float32], counts: Sequence[int], least: float, at_once: int = AT_ONCE
) -> list[Star]:
    """Return the stars of all rows, each row in one; alone where nothing is `least` alike.

    `counts` says how many messages each row stands for: the centre is what most of them said. Of
    more than `at_once` rows, each stretch is compared with itself only; order them so that alike
    ones come together.
    """
    weights = np.array(counts, np.float32)
    found = []
    for start in range(0, len(rows), at_once):
        part = rows[start : start + at_once]
        found += _stars(part @ part.T, weights[start : start + at_once], least, start)
    return found


def _stars(
    cosines: NDArray[np.float32], weights: NDArray[np.float32], least: float, start: int
) -> list[Star]:
    near = cosines >= least
    np.fill_diagonal(near, val=True)
    free = np.ones(len(cosines), bool)
    found = []
    for centre in np.lexsort((-weights, -(near @ weights))).tolist():
        if not free[centre]:
            continue
        members = np.flatnonzero(near[centre] & free)
        free[members] = False
        order = members[np.argsort(-cosines[centre, members], kind="stable")]
        rest = [place for place in order.tolist() if place != centre]
        values = np.clip(cosines[centre, rest], 0.0, 1.0).tolist()
        found.append(Star(tuple(start + i for i in (centre, *rest)), (1.0, *values)))
    return found
