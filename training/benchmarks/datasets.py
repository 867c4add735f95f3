"""Read the sets that the classifier is measured on: what to learn from and what to judge."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import msgspec

from training.dataset import build
from training.labels_file import read_lines
from triagebot.errors import BadInput, NotFound, NothingToDo
from triagebot.triage.catalogue import read_catalogue

FILES = {
    "cic": "cic.jsonl.gz",
    "massive": "massive_zh_cn.jsonl.gz",
    "domain": "domain_dev.jsonl",
}
"""The file of each set; that of `domain` is only judged, the shipped intents are learnt from."""

NOISY = frozenset({"cic"})
"""Sets whose labels to learn from are known to be partly wrong."""

Row = TypeVar("Row")

_HAN = re.compile(r"[\u4e00-\u9fff]{2}")


@dataclass(frozen=True, slots=True)
class Judgeable:
    """One labelled message."""

    text: str
    label: str


@dataclass(frozen=True, slots=True)
class BenchmarkSet:
    """Messages to learn from and messages to judge.

    `words` extends the segmenter's dictionary; `noisy` says that labels to learn from may be
    wrong; `judged_on` names the rows to judge for people.
    """

    name: str
    train: tuple[Judgeable, ...]
    judged: tuple[Judgeable, ...]
    judged_on: str
    words: tuple[str, ...] = ()
    noisy: bool = False

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels that can be learnt, in order of name."""
        return tuple(sorted({row.label for row in self.train}))

    @property
    def spoken_labels(self) -> tuple[str, ...]:
        """The labels whose name is itself a Chinese phrase, so that it can be learnt from."""
        return tuple(label for label in self.labels if _HAN.search(label))


class _Row(msgspec.Struct):
    text: str
    label: str
    split: str = ""


def read_set(name: str, data: Path, intents: Path, judged: Path | None = None) -> BenchmarkSet:
    """Return the set `name` from the folder `data`; `judged` replaces its own rows to judge.

    `domain` learns from the sentences of the folder `intents`, the others from their `train` rows;
    they judge their `dev` rows. Raises `NotFound` without the file, `BadInput` that names file and
    line, `NothingToDo` when there is nothing to learn from or to judge.
    """
    file = data / FILES[name]
    if name == "domain":
        catalogue = read_catalogue(intents)
        train = tuple(Judgeable(row.text, row.intent) for row in build(catalogue, []).rows)
        words, own = catalogue.words, judged or file
        rows = _read(own)
    else:
        every = _read(file)
        train = _rows(row for row in every if row.split == "train")
        words, own = (), judged or file
        rows = _read(judged) if judged else [row for row in every if row.split == "dev"]
    if not train or not rows:
        raise NothingToDo(f"{own.name}: no rows to learn from" if rows else f"{own.name}: no rows")
    judged_on = own.name if judged or name == "domain" else f"{own.name}, dev"
    return BenchmarkSet(name, train, _rows(rows), judged_on, tuple(words), name in NOISY)


def read_judgeable(path: Path) -> tuple[Judgeable, ...]:
    """Return all labelled messages of a file; raises as `read_set` does."""
    return _rows(_read(path))


def _rows(rows: Iterable[_Row]) -> tuple[Judgeable, ...]:
    return tuple(Judgeable(row.text, row.label) for row in rows)


def _read(path: Path) -> list[_Row]:
    return read_json_rows(path, _Row)


def read_json_rows(path: Path, kind: type[Row]) -> list[Row]:
    """Return the rows of a file of JSON lines; raises as `read_set` does."""
    if not path.is_file():
        raise NotFound(f"{path} is not there; --data names the folder of the public sets")
    decoder = msgspec.json.Decoder(kind)
    rows = []
    for number, line in read_lines(path):
        try:
            rows.append(decoder.decode(line))
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise BadInput(f"{path.name}:{number}: {error}") from error
    return rows
