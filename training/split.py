"""Divide labels into those to learn from and those to judge by."""

from __future__ import annotations

from collections.abc import Sequence

from training.folds import split_folds
from training.near_duplicates import group_near_duplicates
from triagebot.domain.label import Label
from triagebot.errors import BadInput, NothingToDo
from triagebot.triage.answers import bare
from triagebot.triage.normalise import normalise

PARTS = 20
"""A share is rounded to whole twentieths."""


def split(labels: Sequence[Label], share: float, seed: int) -> tuple[list[Label], list[Label]]:
    """Return labels to learn from and to judge by, in their order: `share`, 0..1, is the first.

    Every intent is divided alike, and near duplicates stay together. Raises `BadInput` for a share
    that leaves one part empty, `NothingToDo` without labels.
    """
    learnt = round(share * PARTS)
    if not 0 < learnt < PARTS:
        raise BadInput(f"the share to learn from is {share:g}; it must be between 0.05 and 0.95")
    if not labels:
        raise NothingToDo("there is not one label in these files")
    groups = group_near_duplicates([bare(normalise(label.text)) for label in labels])
    parts = split_folds([label.intent for label in labels], groups, PARTS, seed).tolist()
    pairs = list(zip(labels, parts, strict=True))
    return [one for one, part in pairs if part < learnt], [one for one, p in pairs if p >= learnt]
