"""Divide rows into folds to judge by, so that nearly equal rows are never on both sides."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


def split_folds(
    intents: Sequence[str], groups: NDArray[np.int64], n: int, seed: int
) -> NDArray[np.int64]:
    """Return a fold, 0 to n - 1, for each row: stratified by intent, whole groups together."""
    _, first, inverse, sizes = np.unique(
        groups, return_index=True, return_inverse=True, return_counts=True
    )
    order = np.random.default_rng(seed).permutation(len(first))
    order = order[np.argsort(-sizes[order], kind="stable")]
    filled: dict[str, list[int]] = {}
    total = [0] * n
    fold_of = np.zeros(len(first), np.int64)
    for group in order.tolist():
        size = int(sizes[group])
        mine = filled.setdefault(intents[int(first[group])], [0] * n)
        fold = min(range(n), key=lambda i: (mine[i], total[i]))
        mine[fold] += size
        total[fold] += size
        fold_of[group] = fold
    return fold_of[inverse]
