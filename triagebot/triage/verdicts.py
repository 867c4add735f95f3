"""What models that had not learnt a label said of it while the model was trained.

The model that serves believes what it has learnt, so it hardly doubts a wrong label of its own;
training judges each row by models that never saw it, and writes down the rows they speak against.
"""

from __future__ import annotations

from pathlib import Path

import msgspec

from triagebot.triage.normalise import normalise

FILE = "suspects.jsonl"
"""Beside the model: a line for each label worth a second look, as `labels errors` writes them."""

Key = tuple[str, str]
"""Normalised text and the intent that was given."""


class Verdict(msgspec.Struct, frozen=True):
    """The intent that a message rather has, and the chance, 0..1, that the given one is wrong."""

    better: str
    chance: float


class _Line(msgspec.Struct):
    text: str
    given: str
    better: str
    chance: float


def read_verdicts(folder: Path) -> dict[Key, Verdict]:
    """Return the verdicts of a bundle; none where it has none or they are damaged."""
    try:
        lines = (folder / FILE).read_bytes().splitlines()
        found = [msgspec.json.decode(line, type=_Line) for line in lines]
    except (OSError, msgspec.MsgspecError):
        return {}
    return {(normalise(line.text), line.given): Verdict(line.better, line.chance) for line in found}
