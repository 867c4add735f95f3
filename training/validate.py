"""Look for what makes a model worse than it need be, and say where it stands."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from training.checks import CHECKS, Written
from training.findings import Finding, Severity
from training.labels_file import read_numbered
from training.near_duplicates import group_near_duplicates
from triagebot.domain.catalogue import Example
from triagebot.errors import BadCatalogue
from triagebot.triage.answers import bare
from triagebot.triage.catalogue import read_catalogue
from triagebot.triage.normalise import normalise

_PLACE = re.compile(r"^(?P<file>[^:]+):(?P<line>\d+): (?P<message>.*)$", re.DOTALL)


def validate(folder: Path, labels: Sequence[Path] = ()) -> list[Finding]:
    """Return what is wrong in `intents/` and in label files, in order of file and line.

    A catalogue that cannot be read is one finding. Raises `BadInput` for a broken label file.
    """
    try:
        catalogue = read_catalogue(folder)
    except BadCatalogue as error:
        return [_unreadable(folder, error)]
    examples = [*catalogue.examples]
    for path in labels:
        examples.extend(
            Example(label.text, label.intent, label.answer, label.source, path.name, number)
            for number, label in read_numbered(path)
        )
    normalised = [normalise(example.text) for example in examples]
    groups = group_near_duplicates([bare(text) for text in normalised]).tolist()
    written = Written(catalogue, examples, normalised, groups, _words(folder / "words.txt"))
    found = [finding for check in CHECKS for finding in check(written)]
    return sorted(found, key=lambda f: (f.file, f.line, f.code, f.message))


def _unreadable(folder: Path, error: BadCatalogue) -> Finding:
    finding = Finding(folder.name, 1, Severity.ERROR, "unreadable", error.message)
    place = _PLACE.match(error.message)
    if place is None:
        return finding
    return replace(finding, file=place["file"], line=int(place["line"]), message=place["message"])


def _words(path: Path) -> list[tuple[int, str]]:
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    words = [(number, line.split("#")[0].strip()) for number, line in enumerate(lines, start=1)]
    return [(number, word) for number, word in words if word]
