"""What all readers share: rows of JSON with their place, and a label made from little."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import msgspec

from training.labels_file import read_lines
from triagebot.domain.label import Label, Source
from triagebot.errors import BadInput

UNDATED = datetime.fromtimestamp(0, UTC)
FILE_LIMIT = 256 * 1024 * 1024
"""Bytes of a file that has to be read whole."""

T = TypeVar("T")


def json_lines(path: Path, kind: type[T]) -> Iterator[tuple[str, T]]:
    """Yield place, as file:line, and row. Raises `BadInput` that names the place."""
    decoder = msgspec.json.Decoder(kind)
    for number, line in read_lines(path):
        place = f"{path.name}:{number}"
        try:
            yield place, decoder.decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise BadInput(f"{place}: {error}") from error


def read_whole(path: Path) -> bytes:
    """Return a file's bytes. Raises `BadInput` when it cannot be read or is too large."""
    try:
        if path.stat().st_size > FILE_LIMIT:
            raise BadInput(f"{path.name}: larger than {FILE_LIMIT} bytes; split it")
        return path.read_bytes()
    except OSError as error:
        raise BadInput(f"{path.name}: cannot be read: {error.strerror}") from error


def write_whole(path: Path, data: bytes) -> None:
    """Write a file whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.part")
    temporary.write_bytes(data)
    temporary.replace(path)


def imported(
    place: str,
    text: object,
    intent: object,
    by: str = "",
    at: datetime | None = None,
    message_id: str = "",
) -> Label:
    """Return the label of a row from another tool; `intent/answer` names the answer as well.

    Raises `BadInput` that names the place when text or intent is missing or not text.
    """
    for key, value in (("text", text), ("label", intent)):
        if not isinstance(value, str) or not value.strip():
            raise BadInput(f"{place}: the {key} is missing or empty")
    name = str(intent).strip()
    moment = at if at and at.tzinfo else (at.replace(tzinfo=UTC) if at else UNDATED)
    return Label(
        text=str(text),
        intent=name.partition("/")[0],
        source=Source.IMPORT,
        by=by,
        at=moment,
        message_id=message_id,
        answer=name if "/" in name else None,
    )


def full_name(label: Label) -> str:
    """Return the answer where it is known, else the intent: what other tools call the label."""
    return label.answer or label.intent
