"""doccano's text classification, JSONL: `{"id": 1, "text": "…", "label": ["intent"]}`.

Rows without a label are not yet annotated and are passed over; two labels on one row are an error,
since a message has one intent. Its exports spell the key `label` or `labels`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from training.interchange.rows import full_name, imported, json_lines, write_whole
from triagebot.domain.label import Label
from triagebot.errors import BadInput
from triagebot.triage.normalise import mask


class _Row(msgspec.Struct):
    text: str
    id: int | str = ""
    label: list[str] | str | None = None
    labels: list[str] | str | None = None


def read(path: Path) -> Iterator[Label]:
    """Yield the annotated rows."""
    for place, row in json_lines(path, _Row):
        found = row.label or row.labels or []
        names = [found] if isinstance(found, str) else found
        if len(names) > 1:
            raise BadInput(f"{place}: {len(names)} labels on one message; one is wanted")
        for name in names:
            yield imported(place, row.text, name, message_id=str(row.id))


def write(path: Path, labels: Iterable[Label]) -> int:
    """Write labels for doccano's import, personal data masked, and return how many."""
    lines = [
        msgspec.json.encode({"text": mask(label.text), "label": [full_name(label)]})
        for label in labels
    ]
    write_whole(path, b"".join(line + b"\n" for line in lines))
    return len(lines)
