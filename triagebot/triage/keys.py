"""Character n-grams as numbers, drawn from a whole batch of messages at once.

A key writes an n-gram in base 2²¹, a code point a digit; a pair has a zero between its two. So
`什` is one digit, `什么` two, `什 么` three. It takes a tenth of the time that texts and
dictionaries take.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from triagebot.triage.grams import PAIRED, paired

BASE = 1 << 21
"""More than the highest code point."""

_FIRST, _SECOND = np.array([*combinations(range(PAIRED), 2)], np.int64).T

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Drawn:
    """Keys with the number of the message each is from."""

    rows: Ints
    keys: Ints


def keys_of(grams: Sequence[str]) -> Ints:
    """Return the keys of `character_ngrams`."""
    sizes = np.array([len(gram) for gram in grams], np.int64)
    starts = np.cumsum(sizes) - sizes
    codes = _codes("".join(grams))
    keys: Ints = codes[starts]
    longer = sizes > 1
    keys[longer] *= BASE ** (sizes[longer] - 1)
    keys[longer] += codes[(starts + sizes - 1)[longer]]
    return keys


def draw(texts: Sequence[str]) -> Drawn:
    """Return the n-grams of texts without blanks, as often as they occur, and their pairs once."""
    signs = [f"^{text}$" if text else "" for text in texts]
    padded = [paired(text).ljust(PAIRED, "\0") for text in texts]
    codes = _codes("".join([*signs, *padded]))
    numbers = np.arange(len(texts))
    rows = numbers.repeat(np.array([len(text) for text in signs], np.int64))
    single, wide = codes[: len(rows)], codes[len(rows) :].reshape(-1, PAIRED)
    inside = rows[1:] == rows[:-1]
    second = wide[:, _SECOND]
    there = second > 0
    double = single[:-1] * BASE + single[1:]
    pair = wide[:, _FIRST] * BASE**2 + second
    pair_rows = numbers.repeat(np.count_nonzero(there, axis=1))
    return Drawn(
        np.concatenate([rows, rows[1:][inside], pair_rows]),
        np.concatenate([single, double[inside], pair[there]]),
    )


def _codes(text: str) -> Ints:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32).astype(np.int64)


def are_pairs(keys: Ints) -> NDArray[np.bool_]:
    """Return which keys are those of pairs."""
    return keys >= BASE**2


class KeyIndex:
    """Finds the ids of keys."""

    def __init__(self, grams: Iterable[str], ids: Iterable[int]) -> None:
        keys = keys_of([*grams])
        order = np.argsort(keys)
        self._keys = np.append(keys[order], -1)
        self._sorted = self._keys[:-1]
        self._ids = np.append(np.array([*ids], np.int64)[order], -1)

    def find(self, keys: Ints) -> Ints:
        """Return the id of each key, -1 where it is unknown."""
        places = self._sorted.searchsorted(keys)
        return np.where(self._keys[places] == keys, self._ids[places], -1)
