"""Argilla's records, JSONL: those of version 2 with `fields` and `responses`, and of version 1.

Version 2: `{"id", "fields": {"text"}, "responses": {"intent": [{"value", "user_id", "status"}]}}`;
any question whose responses are text is taken, discarded and draft responses are not. Version 1:
`{"text" or "inputs", "annotation", "annotation_agent", "status"}`; only validated ones count.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path

import msgspec

from training.interchange.rows import full_name, imported, json_lines, write_whole
from triagebot.domain.label import Label
from triagebot.errors import BadInput
from triagebot.triage.normalise import mask

QUESTION = "intent"


class _Response(msgspec.Struct):
    value: str | None = None
    user_id: str | None = None
    status: str = "submitted"


class _Record(msgspec.Struct):
    id: str | int = ""
    fields: dict[str, str] | None = None
    responses: dict[str, list[_Response]] = {}
    text: str | None = None
    inputs: dict[str, str] | str | None = None
    annotation: str | None = None
    annotation_agent: str | None = None
    status: str | None = None
    event_timestamp: datetime | None = None


def read(path: Path) -> Iterator[Label]:
    """Yield every submitted response; several people's responses are several labels."""
    for place, record in json_lines(path, _Record):
        if record.fields is None:
            yield from _first_version(place, record)
            continue
        if len(record.responses) > 1 and QUESTION not in record.responses:
            names = ", ".join(record.responses)
            raise BadInput(f"{place}: which question is the intent? call it {QUESTION!r} ({names})")
        given = record.responses.get(QUESTION) or next(iter(record.responses.values()), [])
        for response in given:
            if response.status == "submitted" and response.value is not None:
                text = record.fields.get("text") or next(iter(record.fields.values()), "")
                who = response.user_id or ""
                yield imported(place, text, response.value, who, None, str(record.id))


def _first_version(place: str, record: _Record) -> Iterator[Label]:
    if record.annotation is None or record.status not in (None, "Validated"):
        return
    inputs = record.inputs
    text = inputs if isinstance(inputs, str) else (inputs or {}).get("text", record.text)
    who = record.annotation_agent or ""
    yield imported(place, text, record.annotation, who, record.event_timestamp, str(record.id))


def write(path: Path, labels: Iterable[Label]) -> int:
    """Write labels as records of version 2, personal data masked, and return how many."""
    lines = [msgspec.json.encode(_record(label)) for label in labels]
    write_whole(path, b"".join(line + b"\n" for line in lines))
    return len(lines)


def _record(label: Label) -> dict[str, object]:
    response = {"value": full_name(label), "user_id": label.by or None, "status": "submitted"}
    record: dict[str, object] = {"fields": {"text": mask(label.text)}}
    record["responses"] = {QUESTION: [response]}
    record["metadata"] = {"source": label.source.value}
    return record | ({"id": label.message_id} if label.message_id else {})
