"""Make one clean set of rows from the catalogue's sentences and people's labels."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence, Set
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from training.caps import Capped, Caps, Kind, above, parties_in
from training.folds import split_folds
from training.near_duplicates import group_near_duplicates
from training.rows import Row, from_example, from_label, winner_of
from triagebot.domain.catalogue import Catalogue
from triagebot.domain.label import Label
from triagebot.errors import NothingToDo
from triagebot.triage.answers import bare
from triagebot.triage.normalise import normalise

DEFAULT_CAPS = Caps()

HELD_OUT = "test"
"""The split whose labels are never learnt from."""

_Found = list[tuple[str, Row]]
"""Rows with the normalised text of each."""


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
    `unknown` labels whose intent the catalogue does not have, `empty` texts without words;
    `capped` is what one party brought too much of.
    """

    rows: tuple[Row, ...]
    normalised: tuple[str, ...]
    conflicts: tuple[Conflict, ...]
    duplicates: int
    held_out: int
    unknown: int
    empty: int
    capped: tuple[Capped, ...] = ()

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


def build(
    catalogue: Catalogue, labels: Sequence[Label], caps: Caps | None = DEFAULT_CAPS
) -> Dataset:
    """Return the rows to learn from. Raises `NothingToDo` when there are none.

    Of several rows with one normalised text, a person's label wins over an imported one and that
    over a seed sentence; among equals the newest. Labels of intents that the catalogue does not
    have are left out, unless it has no intents at all. What is above a cap makes room for what it
    stood before; None for `caps` leaves all in.
    """
    known = catalogue.intents
    held_out = sum(label.split == HELD_OUT for label in labels)
    usable = [
        label
        for label in labels
        if label.split != HELD_OUT and (not known or label.intent in known)
    ]
    given = [from_example(example) for example in catalogue.examples]
    given += [from_label(label) for label in sorted(usable, key=lambda label: label.at)]
    found = [(text, row) for row in given if (text := normalise(row.text))]
    left, kept, conflicts, capped = _within(found, caps)
    if not kept:
        raise NothingToDo("there is not one sentence to learn from")
    return Dataset(
        tuple(kept.values()),
        tuple(kept),
        tuple(conflicts),
        duplicates=len(left) - len(kept),
        held_out=held_out,
        unknown=len(labels) - held_out - len(usable),
        empty=len(given) - len(found),
        capped=capped,
    )


def _within(
    found: _Found, caps: Caps | None
) -> tuple[_Found, dict[str, Row], list[Conflict], tuple[Capped, ...]]:
    """Return what is left of all rows, one row for each text, conflicts, and what was capped.

    A row that goes may uncover an older one, which is then looked at as well.
    """
    gone: Counter[tuple[Kind, str, str]] = Counter()
    parties = parties_in(row for _, row in found)
    while True:
        kept, conflicts = _unique(found)
        over = above(list(kept.values()), list(kept), caps, parties) if caps else {}
        if not over:
            told = (Capped(*key, count) for key, count in sorted(gone.items()))
            return found, kept, conflicts, tuple(told)
        texts, rows = list(kept), list(kept.values())
        shown = {rows[n].group: texts[n] for n in sorted(over, reverse=True)}
        for number, kind in over.items():
            row = rows[number]
            name = shown[row.group] if kind is Kind.WORDING else row.party(kind)
            gone[kind, name, row.intent] += 1
        dropped = {(texts[n], kind, _whose(rows[n], kind)) for n, kind in over.items()}
        found = [each for each in found if not _is_dropped(*each, dropped)]


def _whose(row: Row, kind: Kind) -> str:
    """Return whose rows of a text go: of a wording, those of an intent, as its group changes."""
    return row.intent if kind is Kind.WORDING else row.party(kind)


def _is_dropped(text: str, row: Row, dropped: Set[tuple[str, Kind, str]]) -> bool:
    return row.is_of_desk and any((text, kind, _whose(row, kind)) in dropped for kind in Kind)


def _unique(found: _Found) -> tuple[dict[str, Row], list[Conflict]]:
    """Return one row for each text, with its group, and what was said to be two things."""
    kept: dict[str, Row] = {}
    conflicts: list[Conflict] = []
    for text, row in found:
        earlier = kept.get(text)
        winner = row if earlier is None else winner_of(earlier, row)
        if earlier is not None and earlier.intent != row.intent:
            loser = row if winner is earlier else earlier
            conflicts.append(Conflict(text, winner.intent, loser.intent))
        kept[text] = winner
    groups = group_near_duplicates([bare(text) for text in kept])
    grouped = zip(kept.items(), groups.tolist(), strict=True)
    return {text: replace(row, group=group) for (text, row), group in grouped}, conflicts
