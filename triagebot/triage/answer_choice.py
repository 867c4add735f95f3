"""Choose among the answers of one intent, learnt from their wordings in training and when edited.

For each answer a ridge regression says 1 for its own wordings and 0 for those of the intent's other
answers. It is solved in its dual form, w = Xᵀ (X Xᵀ + λ I)⁻¹ (Y - mean), which takes milliseconds
for some hundreds of wordings; so an edited answer is known at once, without training. Leaving one
wording out needs no new solution: its score is y - α / diag((X Xᵀ + λ I)⁻¹) (Allen 1974, "PRESS").
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from triagebot.triage.features import INTERCEPT, Rows

RIDGE = 0.3
"""λ, in units of a row's squared length of about 1.4. Held-out wordings do not mind 0.1 to 0.5."""

SOLVED = 4000
"""Of an intent with more wordings, the answers are told apart by the means of their rows alone."""

NEVER = -1e9
"""The score of an answer that is not there: an intent may have fewer than another."""

_RARE = 32
"""A feature that more wordings than this have is multiplied with the other such features."""

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Choice:
    """Scores of the answers of one intent: `weights[i]` adds to all of them for feature `ids[i]`.

    `weights` has shape (n_features_here, n_answers); `ids` are ascending, the intercept first.
    """

    ids: Ints
    weights: Floats


class Learnt(NamedTuple):
    """How answers are chosen among those of their intent.

    `rows`, of shape (n_intents, n_features), tells where an intent's weights of a feature stand in
    `weights`, -1 for none; a row of those has one for each of the intent's answers. `names` are
    the answers, by intent, in the order of their weights.
    """

    names: tuple[str, ...]
    rows: NDArray[np.int32]
    weights: NDArray[np.float32]


def learn_choice(rows: Rows, owners: Ints, n_answers: int) -> Choice:
    """Return the scores learnt from wordings; wording r belongs to answer `owners[r]`."""
    targets, mean = _targets(owners, n_answers)
    if len(owners) <= SOLVED:
        alpha = np.linalg.solve(_kernel(rows), targets)
    else:
        alpha = targets / (1.0 + RIDGE)
    told = rows.ids != INTERCEPT
    order = np.argsort(rows.ids[told], kind="stable")
    ids, first = np.unique(rows.ids[told][order], return_index=True)
    parts = rows.values[told][order, None] * alpha[rows.owners[told][order]]
    weights = np.add.reduceat(parts, first) if len(ids) else np.zeros((0, n_answers))
    return Choice(np.concatenate([[INTERCEPT], ids]), np.vstack([mean, weights]).astype(np.float32))


def left_out_scores(rows: Rows, owners: Ints, n_answers: int) -> Floats:
    """Return the scores of each wording by what the others teach, shape (n_rows, n_answers)."""
    targets, mean = _targets(owners, n_answers)
    inverse = np.linalg.inv(_kernel(rows))
    missed = (inverse @ targets) / np.diag(inverse)[:, None]
    return np.asarray(targets - missed + mean, np.float32)


def stacked(names: Sequence[str], choices: Sequence[Choice | None], n_features: int) -> Learnt:
    """Return the choices of all intents together, None where one has no answers."""
    known = [choice for choice in choices if choice is not None]
    widest = max((choice.weights.shape[1] for choice in known), default=1)
    weights = np.zeros((sum(len(choice.ids) for choice in known), widest), np.float32)
    rows = np.full((len(choices), n_features), -1, np.int32)
    start = 0
    for intent, choice in enumerate(choices):
        if choice is None:
            continue
        end = start + len(choice.ids)
        rows[intent, choice.ids] = np.arange(start, end)
        weights[start:end, : choice.weights.shape[1]] = choice.weights
        weights[start, choice.weights.shape[1] :] = NEVER
        start = end
    return Learnt(tuple(names), rows, weights)


def _targets(owners: Ints, n_answers: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    own = (owners[:, None] == np.arange(n_answers)).astype(np.float64)
    mean = own.mean(axis=0)
    return own - mean, mean


def _kernel(rows: Rows) -> NDArray[np.float64]:
    """Return the products of all rows with each other, with the ridge on the diagonal."""
    size = len(rows.starts)
    told = rows.ids != INTERCEPT
    owners, values = rows.owners[told], rows.values[told]
    _, columns, counts = np.unique(rows.ids[told], return_inverse=True, return_counts=True)
    common = counts > _RARE
    among = common[columns]
    dense = np.zeros((size, int(common.sum())), np.float32)
    dense[owners[among], (np.cumsum(common) - 1)[columns[among]]] = values[among]
    found = (dense @ dense.T).astype(np.float64)
    found += _rare_products(owners[~among], values[~among], columns[~among], size)
    found[np.diag_indices(size)] = np.bincount(owners, values * values, size) + RIDGE
    return found


def _rare_products(
    owners: Ints, values: NDArray[np.float64], columns: Ints, size: int
) -> NDArray[np.float64]:
    """Return the products of different rows over features that few of them have.

    Nearly all features are such: a dense product would multiply zeros.
    """
    order = np.argsort(columns, kind="stable")
    owners, values, columns = owners[order], values[order], columns[order]
    places, products = [], []
    for apart in range(1, _RARE):
        first = np.flatnonzero(columns[apart:] == columns[:-apart])
        places.append(owners[first] * size + owners[first + apart])
        products.append(values[first] * values[first + apart])
    flat = np.bincount(np.concatenate(places), np.concatenate(products), size * size)
    half = np.asarray(flat, np.float64).reshape(size, size)
    return half + half.T
