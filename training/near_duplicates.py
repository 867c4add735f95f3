"""Group sentences that say the same in nearly the same characters, exactly and in near-linear time.

Two bare texts are near duplicates when rapidfuzz's ratio is at least 92, that is when at most
d = 8 % of their joint length must be dropped or added. Of d + 1 pieces of the shorter text, one
then stands unharmed in the longer one, near its own place; so only texts that share such a piece
are compared (Li, Deng, Wang and Feng, PASS-JOIN, VLDB 2011). Nothing is missed, but for two bounds
that keep a million messages workable: of a piece that more than 1,000 texts share, the first 1,000
are compared; and texts longer than 40 characters are compared only with their 12 neighbours in the
order of their beginnings and in that of their ends.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz, process
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

LIKE = 92.0
"""The ratio, 0..100, from which two texts are near duplicates."""

_SHORT = 40
_NEIGHBOURS = 12
_BLOCK = 1000
_CHUNK = 200_000
_BASE = np.uint64(0x9E3779B97F4A7C15)

_Ints = NDArray[np.int64]
_Hashes = NDArray[np.uint64]


def group_near_duplicates(texts: Sequence[str]) -> NDArray[np.int64]:
    """Return the group of each bare text, numbered from 0 in the order of first members.

    Likeness passes on: where a is like b and b like c, all three are one group.
    """
    place: dict[str, int] = {}
    for text in texts:
        place.setdefault(text, len(place))
    unique = list(place)
    edges = [*_short_edges(unique), *_long_edges(unique)]
    ends = np.concatenate([np.zeros((0, 2), np.int64), *edges])
    graph = coo_array((np.ones(len(ends), np.int8), (ends[:, 0], ends[:, 1])), (len(unique),) * 2)
    labels = connected_components(graph, directed=False)[1]
    every = labels[np.fromiter((place[text] for text in texts), np.int64, len(texts))]
    _, first, inverse = np.unique(every, return_index=True, return_inverse=True)
    rank = np.empty(len(first), np.int64)
    rank[np.argsort(first)] = np.arange(len(first))
    return rank[inverse]


def _allowed(total: int) -> int:
    """Return how many characters may be dropped or added between texts of this joint length."""
    return int(total * (100.0 - LIKE) / 100.0 + 1e-9)


class _SameLength:
    """All texts of one length, ready to be compared: their numbers and prefix hashes."""

    def __init__(self, texts: Sequence[str], numbers: Sequence[int], length: int) -> None:
        self.texts = [texts[i] for i in numbers]
        self.numbers = np.array(numbers, np.int64)
        self.length = length
        codes = np.array(self.texts, f"<U{length}").view(np.uint32).reshape(-1, length)
        self._prefix = np.zeros((len(self.texts), length + 1), np.uint64)
        for i in range(length):
            self._prefix[:, i + 1] = self._prefix[:, i] * _BASE + codes[:, i] + np.uint64(1)
        self.pieces = _cut(length)
        self._index: dict[int, tuple[_Hashes, _Ints]] = {}

    def hashes(self, start: int, stop: int) -> _Hashes:
        """Return the hash of each text's characters from `start` to `stop`."""
        power = np.uint64(pow(int(_BASE), stop - start, 1 << 64))
        return np.asarray(self._prefix[:, stop] - self._prefix[:, start] * power)

    def index(self, piece: int) -> tuple[_Hashes, _Ints]:
        """Return the sorted hashes of a piece, and whose they are."""
        if piece not in self._index:
            hashes = self.hashes(*self.pieces[piece])
            order = np.argsort(hashes, kind="stable")
            self._index[piece] = hashes[order], order
        return self._index[piece]


def _cut(length: int) -> list[tuple[int, int]]:
    """Return start and stop of the pieces; none when no other text can be like one so short."""
    allowed, other = 0, length
    while other - length <= _allowed(length + other):
        allowed, other = _allowed(length + other), other + 1
    marks = [length * i // (allowed + 1) for i in range(allowed + 2)]
    return list(zip(marks, marks[1:], strict=False)) if allowed else []


def _short_edges(texts: Sequence[str]) -> Iterator[_Ints]:
    numbers: dict[int, list[int]] = {}
    for i, text in enumerate(texts):
        if 0 < len(text) <= _SHORT + _allowed(2 * _SHORT):
            numbers.setdefault(len(text), []).append(i)
    known = {length: _SameLength(texts, members, length) for length, members in numbers.items()}
    for length, shorter in sorted(known.items()):
        if length > _SHORT or not shorter.pieces:
            continue
        for extra in range(_allowed(2 * _SHORT) + 1):
            longer = known.get(length + extra)
            if longer is not None and extra <= _allowed(2 * length + extra):
                yield _verified(shorter, longer, _candidates(shorter, longer))


def _candidates(shorter: _SameLength, longer: _SameLength) -> tuple[_Ints, _Ints]:
    extra, width = longer.length - shorter.length, len(longer.numbers)
    spare = (_allowed(shorter.length + longer.length) - extra) // 2
    last = len(shorter.pieces) - 1
    pairs = []
    for piece, (start, stop) in enumerate(shorter.pieces):
        # Edits left of a piece move it, and they leave as many fewer for its right.
        low = max(-spare, -piece, extra - (last - piece))
        high = min(extra + spare, piece, extra + (last - piece))
        for shift in range(low, high + 1):
            if start + shift >= 0 and stop + shift <= longer.length:
                probe = longer.hashes(start + shift, stop + shift)
                left, right = _meet(*shorter.index(piece), probe)
                if shorter is longer:
                    once = left < right
                    left, right = left[once], right[once]
                pairs.append(left * width + right)
    # Sorting is several times faster here than numpy's unique, which hashes.
    found = np.sort(np.concatenate([np.full(1, -1, np.int64), *pairs]))
    found = found[1:][found[1:] != found[:-1]]
    return found // width, found % width


def _meet(hashes: _Hashes, owners: _Ints, probe: _Hashes) -> tuple[_Ints, _Ints]:
    low = np.searchsorted(hashes, probe, "left")
    counts = np.minimum(np.searchsorted(hashes, probe, "right") - low, _BLOCK)
    ends = np.cumsum(counts)
    within = np.arange(int(ends[-1])) - np.repeat(ends - counts, counts)
    return owners[np.repeat(low, counts) + within], np.repeat(np.arange(len(probe)), counts)


def _verified(left: _SameLength, right: _SameLength, pairs: tuple[_Ints, _Ints]) -> _Ints:
    kept = _like(left.texts, right.texts, *pairs)
    return np.stack([left.numbers[pairs[0][kept]], right.numbers[pairs[1][kept]]], axis=1)


def _like(left: Sequence[str], right: Sequence[str], a: _Ints, b: _Ints) -> NDArray[np.bool_]:
    kept = [np.zeros(0, np.bool_)]
    for start in range(0, len(a), _CHUNK):
        ours = [left[i] for i in a[start : start + _CHUNK].tolist()]
        theirs = [right[i] for i in b[start : start + _CHUNK].tolist()]
        kept.append(process.cpdist(ours, theirs, scorer=fuzz.ratio, score_cutoff=LIKE) >= LIKE)
    return np.concatenate(kept)


def _long_edges(texts: Sequence[str]) -> Iterator[_Ints]:
    longest = [i for i, text in enumerate(texts) if len(text) > _SHORT]
    for order in (
        sorted(longest, key=lambda i: texts[i]),
        sorted(longest, key=lambda i: texts[i][::-1]),
    ):
        places = np.array(order, np.int64)
        for step in range(1, min(_NEIGHBOURS, len(places) - 1) + 1):
            a, b = places[:-step], places[step:]
            kept = _like(texts, texts, a, b)
            yield np.stack([a[kept], b[kept]], axis=1)
