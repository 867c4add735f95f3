"""Make one clean set of rows from the catalogue's sentences and people's labels."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from training.near_duplicates import group_near_duplicates
from triagebot.domain.catalogue import Catalogue, Example
from triagebot.domain.label import Label, Source
from triagebot.errors import NothingToDo
from triagebot.triage.answers import bare
from triagebot.triage.normalise import normalise

HELD_OUT = "test"
"""The split whose labels are never learnt from."""

_STANDING = {
    Source.SEED: 0,
    Source.IMPORT: 1,
    Source.AGENT: 2,
    Source.REVIEW: 2,
    Source.AUDIT: 2,
}


@dataclass(frozen=True, slots=True)
class Row:
    """One sentence to learn from.

    `text` is as written; `answer` is known for wordings of an answer's question. `weight` is how
    much it counts in training, `p_sample` in (0, 1] how likely an audit was to draw it. Rows of
    one `group` are near duplicates.
    """

    text: str
    intent: str
    answer: str | None
    source: Source
    weight: float
    p_sample: float
    group: int


@dataclass(frozen=True, slots=True)
class Conflict:
    """A text that was said to be two things: what was kept and what was dropped."""

    text: str
    kept: str
    dropped: str


@dataclass(frozen=True, slots=True)
class Dataset:
    """Rows in a fixed order, with the normalised text of each and what was left out on the way.

    `duplicates` counts rows with the text of another, `held_out` labels of the test split,
    `unknown` labels whose intent the catalogue does not have, `empty` texts without words.
    """

    rows: tuple[Row, ...]
    normalised: tuple[str, ...]
    conflicts: tuple[Conflict, ...]
    duplicates: int
    held_out: int
    unknown: int
    empty: int

    @property
    def intents(self) -> tuple[str, ...]:
        """The intents that have rows, in order of name."""
        return tuple(sorted({row.intent for row in self.rows}))

    def folds(self, n: int, seed: int) -> NDArray[np.int64]:
        """Return the fold, 0 to n - 1, of each row.

        A group is never split, and each fold gets its share of each intent. A group with rows of
        several intents counts for that of its first. The same rows and seed give the same folds.
        """
        return split_folds(
            [row.intent for row in self.rows], np.array([row.group for row in self.rows]), n, seed
        )


def build(catalogue: Catalogue, labels: Sequence[Label]) -> Dataset:
    """Return the rows to learn from. Raises `NothingToDo` when there are none.

    Of several rows with one normalised text, a person's label wins over an imported one and that
    over a seed sentence; among equals the newest. Labels of intents that the catalogue does not
    have are left out, unless it has no intents at all.
    """
    known = catalogue.intents
    held_out = sum(label.split == HELD_OUT for label in labels)
    usable = [
        label
        for label in labels
        if label.split != HELD_OUT and (not known or label.intent in known)
    ]
    found = [_from_example(example) for example in catalogue.examples]
    found += [_from_label(label) for label in sorted(usable, key=lambda label: label.at)]
    kept, conflicts, empty = _unique(found)
    if not kept:
        raise NothingToDo("there is not one sentence to learn from")
    groups = group_near_duplicates([bare(text) for text in kept])
    rows = tuple(
        replace(row, group=group) for row, group in zip(kept.values(), groups.tolist(), strict=True)
    )
    return Dataset(
        rows,
        tuple(kept),
        tuple(conflicts),
        duplicates=len(found) - empty - len(rows),
        held_out=held_out,
        unknown=len(labels) - held_out - len(usable),
        empty=empty,
    )


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


def _from_example(example: Example) -> Row:
    return Row(example.text, example.intent, example.answer, Source.SEED, 1.0, 1.0, 0)


def _from_label(label: Label) -> Row:
    return Row(
        label.text, label.intent, label.answer, label.source, label.weight, label.p_sample, 0
    )


def _unique(found: Iterable[Row]) -> tuple[dict[str, Row], list[Conflict], int]:
    kept: dict[str, Row] = {}
    conflicts: list[Conflict] = []
    empty = 0
    for row in found:
        text = normalise(row.text)
        if not text:
            empty += 1
            continue
        earlier = kept.get(text)
        winner = row if earlier is None else _winner(earlier, row)
        if earlier is not None and earlier.intent != row.intent:
            loser = row if winner is earlier else earlier
            conflicts.append(Conflict(text, winner.intent, loser.intent))
        kept[text] = winner
    return kept, conflicts, empty


def _winner(earlier: Row, later: Row) -> Row:
    """Return the row with the better standing; of seed sentences the first, else the later.

    A row that does not name the answer takes it from the other, if both mean the same intent.
    """
    ahead = _STANDING[later.source] - _STANDING[earlier.source]
    later_wins = ahead > 0 or (ahead == 0 and later.source is not Source.SEED)
    winner, loser = (later, earlier) if later_wins else (earlier, later)
    if winner.answer is None and winner.intent == loser.intent and loser.answer:
        return replace(winner, answer=loser.answer)
    return winner
