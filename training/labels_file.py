"""Read and write labels as JSON lines, plain or gzipped, with the line named of what is wrong."""

from __future__ import annotations

import gzip
import io
import os
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from triagebot.domain.label import UNDATED, Label, Source
from triagebot.errors import BadInput
from triagebot.triage.normalise import mask

LINE_LIMIT = 100_000
"""Bytes of one line; a message has a few hundred."""


class _Line(msgspec.Struct):
    """One line as it stands in the file; keys that are not here are passed over."""

    text: str
    intent: str | None = None
    label: str | None = None
    answer: str | None = None
    source: str | None = None
    by: str = ""
    at: datetime | None = None
    message_id: str | int = ""
    p_sample: float | None = 1.0
    weight: float | None = 1.0
    split: str | None = None
    model: str | None = None
    shown: object = None
    fan: str | int = ""


_decoder = msgspec.json.Decoder(_Line)


def read_labels(path: Path) -> list[Label]:
    """Return the labels in a `.jsonl` or `.jsonl.gz` file, in its order.

    `label` is taken as `intent`. Such lines come from other tools, so their `source` is `import`.
    Raises `BadInput` that names file and line.
    """
    return [label for _, label in read_numbered(path)]


def read_all(paths: Iterable[Path]) -> list[Label]:
    """Return the labels of several files, in order. Raises as `read_labels` does."""
    return [label for path in paths for label in read_labels(path)]


def read_numbered(path: Path) -> Iterator[tuple[int, Label]]:
    """Yield each label with its line. Raises `BadInput` that names file and line."""
    for number, line in read_lines(path):
        yield number, _label(f"{path.name}:{number}", line)


def read_lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """Yield number, from 1, and bytes of each line that is not blank.

    Raises `BadInput` when the file cannot be read or a line is longer than `LINE_LIMIT` bytes.
    """
    number = 0
    try:
        with _open(path) as lines:
            while line := lines.readline(LINE_LIMIT + 1):
                number += 1
                if len(line) > LINE_LIMIT:
                    raise BadInput(f"{path.name}:{number}: longer than {LINE_LIMIT} bytes")
                if line.strip():
                    yield number, line
    except FileNotFoundError:
        raise BadInput(f"{path}: there is no such file") from None
    except (OSError, EOFError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise BadInput(f"{path.name}:{number + 1}: cannot be read: {reason}") from error


def write_labels(path: Path, labels: Iterable[Label]) -> int:
    """Write labels with personal data masked, whole or not at all, and return how many.

    The same labels give the same bytes; a name that ends in `.gz` is gzipped.
    """
    lines = [msgspec.json.encode(_fields(label)) + b"\n" for label in labels]
    data = b"".join(lines)
    if path.suffix == ".gz":
        data = gzip.compress(data, mtime=0)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    temporary.write_bytes(data)
    temporary.replace(path)
    return len(lines)


def _open(path: Path) -> io.BufferedIOBase:
    return gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb")


def _label(where: str, line: bytes) -> Label:
    try:
        read = _decoder.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadInput(f"{where}: {error}", fields={where: str(error)}) from error
    return Label(
        text=_filled(where, "text", read.text),
        intent=_filled(where, "intent", read.intent or read.label),
        source=_source(where, read),
        by=read.by,
        at=_moment(where, read.at),
        message_id=str(read.message_id),
        answer=read.answer or None,
        p_sample=_number(where, "p_sample", read.p_sample, most=1.0),
        weight=_number(where, "weight", read.weight, most=1000.0),
        split=read.split,
        model=read.model,
        shown=_shown(where, read.shown),
        fan=str(read.fan),
    )


def _filled(where: str, key: str, value: str | None) -> str:
    if not value or not value.strip():
        raise BadInput(f"{where}: '{key}' is missing or empty", fields={key: "missing"})
    return value


def _source(where: str, read: _Line) -> Source:
    if read.source is None or read.intent is None:
        return Source.IMPORT
    try:
        return Source(read.source)
    except ValueError:
        known = ", ".join(Source)
        raise BadInput(f"{where}: source {read.source!r}: use one of {known}") from None


def _moment(where: str, at: datetime | None) -> datetime:
    if at is None:
        return UNDATED
    if at.tzinfo is None:
        raise BadInput(f"{where}: 'at' needs a time zone, as in 2026-11-22T09:11:02+08:00")
    return at


def _number(where: str, key: str, value: float | None, most: float) -> float:
    value = 1.0 if value is None else value
    if not 0.0 < value <= most:
        raise BadInput(f"{where}: {key!r} is {value:g}; it must be above 0 and at most {most:g}")
    return value


def _shown(where: str, shown: object) -> str | None:
    """Return the guess that was shown: a name, or the first of ranked `[name, confidence]`."""
    while isinstance(shown, list):
        shown = shown[0] if shown else None
    if shown is None or isinstance(shown, str):
        return shown or None
    raise BadInput(f"{where}: 'shown' must be the name of an intent")


def _fields(label: Label) -> dict[str, object]:
    fields: dict[str, object] = {
        "text": mask(label.text),
        "intent": label.intent,
        "source": label.source.value,
        "by": label.by,
        "at": label.at.astimezone(UTC),
        "message_id": label.message_id,
        "p_sample": label.p_sample,
    }
    extra = {
        "answer": label.answer,
        "weight": None if label.weight == 1.0 else label.weight,
        "split": label.split,
        "model": label.model,
        "shown": label.shown,
        "fan": label.fan or None,
    }
    return fields | {key: value for key, value in extra.items() if value is not None}
