"""Prodigy's text classification, JSONL, both of its kinds of task.

One label a task: `{"text", "label", "answer": "accept"}`. Choice: `{"text", "options": [{"id"}],
"accept": ["intent"], "answer": "accept"}`. Rejected and ignored tasks say nothing of the intent and
are passed over.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from training.interchange.rows import full_name, imported, json_lines, write_whole
from triagebot.domain.label import Label
from triagebot.errors import BadInput
from triagebot.triage.normalise import mask


class _Task(msgspec.Struct, rename={"annotator": "_annotator_id", "timestamp": "_timestamp"}):
    text: str
    label: str | None = None
    accept: list[str] | None = None
    answer: str = "accept"
    annotator: str | None = None
    timestamp: float | None = None


def read(path: Path) -> Iterator[Label]:
    """Yield what was accepted."""
    for place, task in json_lines(path, _Task):
        if task.answer != "accept":
            continue
        names = task.accept if task.accept is not None else [task.label or ""]
        if len(names) > 1:
            raise BadInput(f"{place}: {len(names)} choices accepted; one is wanted")
        moment = datetime.fromtimestamp(task.timestamp, UTC) if task.timestamp else None
        for name in names:
            yield imported(place, task.text, name, task.annotator or "", moment)


def write(path: Path, labels: Iterable[Label]) -> int:
    """Write labels as accepted tasks, personal data masked, and return how many."""
    lines = [msgspec.json.encode(_task(label)) for label in labels]
    write_whole(path, b"".join(line + b"\n" for line in lines))
    return len(lines)


def _task(label: Label) -> dict[str, object]:
    task: dict[str, object] = {"text": mask(label.text), "label": full_name(label)}
    task["answer"] = "accept"
    task["_timestamp"] = int(label.at.timestamp())
    if label.by:
        task["_annotator_id"] = label.by
    return task
