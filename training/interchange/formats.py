"""The formats by name, and which one a path speaks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from training import labels_file
from training.interchange import argilla, doccano, label_studio, prodigy, rasa, tables
from training.labels_file import read_lines
from triagebot.domain.label import Label
from triagebot.errors import BadInput


@dataclass(frozen=True, slots=True)
class Format:
    """How labels come out of a path and go into one; `write` returns how many."""

    read: Callable[[Path], Iterable[Label]]
    write: Callable[[Path, Iterable[Label]], int]


FORMATS = {
    "jsonl": Format(labels_file.read_labels, labels_file.write_labels),
    "csv": Format(tables.read_csv, tables.write_csv),
    "xlsx": Format(tables.read_xlsx, tables.write_xlsx),
    "rasa": Format(rasa.read, rasa.write),
    "doccano": Format(doccano.read, doccano.write),
    "label-studio": Format(label_studio.read, label_studio.write),
    "prodigy": Format(prodigy.read, prodigy.write),
    "argilla": Format(argilla.read, argilla.write),
}

_BY_SUFFIX = {
    ".csv": "csv",
    ".tsv": "csv",
    ".xlsx": "xlsx",
    ".yml": "rasa",
    ".yaml": "rasa",
    ".json": "label-studio",
}
_BY_KEY = (
    (b'"fields"', "argilla"),
    (b'"annotation"', "argilla"),
    (b'"_annotator_id"', "prodigy"),
    (b'"answer":"accept"', "prodigy"),
    (b'"accept"', "prodigy"),
)


def named(name: str) -> Format:
    """Return a format. Raises `BadInput` that lists the known ones."""
    if name not in FORMATS:
        raise BadInput(f"there is no format {name!r}; known are {', '.join(FORMATS)}")
    return FORMATS[name]


def guess(path: Path, *, reading: bool) -> str:
    """Return the name of a path's format, by its suffix and, when reading, its first line.

    doccano's rows are told from ours by their list of labels.
    """
    if path.is_dir() or not path.suffix:
        return "rasa"
    if path.suffix in _BY_SUFFIX:
        return _BY_SUFFIX[path.suffix]
    return _guess_lines(path) if reading else "jsonl"


def _guess_lines(path: Path) -> str:
    _, line = next(iter(read_lines(path)), (0, b""))
    plain = line.replace(b": ", b":")
    for key, name in _BY_KEY:
        if key in plain:
            return name
    return "doccano" if b'"label":[' in plain or b'"labels":[' in plain else "jsonl"


def read(path: Path, name: str | None = None) -> Iterator[Label]:
    """Yield the labels of a path, in the format named or guessed."""
    if not path.exists():
        raise BadInput(f"{path}: there is no such file or folder")
    yield from named(name or guess(path, reading=True)).read(path)


def write(path: Path, labels: Iterable[Label], name: str | None = None) -> int:
    """Write labels in the format named or guessed from the path; returns how many."""
    return named(name or guess(path, reading=False)).write(path, labels)
