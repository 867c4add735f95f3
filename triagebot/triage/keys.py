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

_ODD = np.array([0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F], np.uint64)
_TURNS = 100
"""So often keys change their places until a larger table is tried; a dozen times is usual."""

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
    second = wide.take(_SECOND, axis=1)
    there = second > 0
    double = single[:-1] * BASE + single[1:]
    pair = wide.take(_FIRST, axis=1) * BASE**2
    pair += second
    return Drawn(
        np.concatenate([rows, rows[1:][inside], there.nonzero()[0]]),
        np.concatenate([single, double[inside], pair[there]]),
    )


def _codes(text: str) -> Ints:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32).astype(np.int64)


def are_pairs(keys: Ints) -> NDArray[np.bool_]:
    """Return which keys are those of pairs."""
    return keys >= BASE**2


class KeyIndex:
    """Finds the ids of keys, by cuckoo hashing (Pagh and Rodler 2001).

    A key stands at one of two places, one in each half of a table, so that two looks find it. A
    binary search takes seventeen, most of them at memory that no cache has.
    """

    def __init__(self, grams: Iterable[str], ids: Iterable[int]) -> None:
        keys, first = np.unique(keys_of([*grams]), return_index=True)
        self._half = 2
        while self._half < len(keys) or not self._settle(keys):
            self._half *= 2
        self._ids = np.append(np.array([*ids], np.int64)[first], -1)[self._owners]

    def find(self, keys: Ints) -> Ints:
        """Return the id of each key, -1 where it is unknown."""
        first, second = self._places(keys)
        places = np.where(self._keys.take(first) == keys, first, second)
        return np.where(self._keys.take(places) == keys, self._ids.take(places), -1)

    def _places(self, keys: Ints) -> tuple[Ints, Ints]:
        """Return where each key may stand: the highest bits of its products."""
        numbers = keys.view(np.uint64)
        shift = np.uint64(65 - self._half.bit_length())
        first, second = ((numbers * odd >> shift).view(np.int64) for odd in _ODD)
        second += self._half
        return first, second

    def _settle(self, keys: Ints) -> bool:
        """Give each key one of its places; who comes later drives out who is there."""
        places = self._places(keys)
        self._owners = np.full(2 * self._half, -1)
        homeless = np.arange(len(keys))
        for turn in range(_TURNS):
            if not len(homeless):
                break
            wanted = places[turn % 2].take(homeless)
            driven_out = np.unique(self._owners.take(wanted))
            self._owners[wanted] = homeless
            failed = homeless[self._owners.take(wanted) != homeless]
            homeless = np.concatenate([failed, driven_out[driven_out >= 0]])
        self._keys = np.append(keys, -1)[self._owners]
        return not len(homeless)
