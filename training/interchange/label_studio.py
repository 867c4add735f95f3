"""Label Studio's tasks, one JSON array: `data.text` and annotations with one choice each.

Cancelled annotations are passed over; several people's annotations are several labels. Places are
numbered by task, as the array need not have lines.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from training.interchange.rows import full_name, imported, read_whole, write_whole
from triagebot.domain.label import Label
from triagebot.errors import BadInput
from triagebot.triage.normalise import mask


class _Result(msgspec.Struct):
    type: str = ""
    value: dict[str, Any] = {}


class _Annotation(msgspec.Struct):
    result: list[_Result] = []
    completed_by: int | str | dict[str, Any] | None = None
    created_at: datetime | None = None
    was_cancelled: bool = False


class _Task(msgspec.Struct):
    data: dict[str, Any]
    id: int | str = ""
    annotations: list[_Annotation] = []


def read(path: Path) -> Iterator[Label]:
    """Yield what was chosen."""
    try:
        tasks = msgspec.json.decode(read_whole(path), type=list[_Task])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadInput(f"{path.name}: {error}") from error
    for number, task in enumerate(tasks, start=1):
        place = f"{path.name}: task {number}"
        for annotation in task.annotations:
            if not annotation.was_cancelled:
                yield from _choices(place, task, annotation)


def _choices(place: str, task: _Task, annotation: _Annotation) -> Iterator[Label]:
    for result in annotation.result:
        names = result.value.get("choices") if result.type == "choices" else None
        if not names:
            continue
        if not isinstance(names, list) or len(names) > 1:
            raise BadInput(f"{place}: one choice is wanted, not {names!r}")
        who = _who(annotation.completed_by) or str(task.data.get("by") or "")
        at = annotation.created_at
        yield imported(place, task.data.get("text"), names[0], who, at, str(task.id))


def _who(completed_by: object) -> str:
    if isinstance(completed_by, dict):
        completed_by = completed_by.get("email") or completed_by.get("id")
    return "" if completed_by is None else str(completed_by)


def write(path: Path, labels: Iterable[Label]) -> int:
    """Write labels as annotated tasks, personal data masked, and return how many."""
    tasks = [_task(label) for label in labels]
    write_whole(path, msgspec.json.format(msgspec.json.encode(tasks), indent=1) + b"\n")
    return len(tasks)


def _task(label: Label) -> dict[str, object]:
    chosen = {"from_name": "intent", "to_name": "text", "type": "choices"}
    result = chosen | {"value": {"choices": [full_name(label)]}}
    annotation: dict[str, object] = {"result": [result], "was_cancelled": False}
    annotation["created_at"] = label.at.astimezone(UTC)
    data = {"text": mask(label.text), "by": label.by, "source": label.source.value}
    return {"data": data, "annotations": [annotation]}
