"""Which bundle serves and which did.

`current.json` is the pointer that servers follow, changed by one rename; `history.jsonl` is only
ever appended to.
"""

from __future__ import annotations

import os
from pathlib import Path

import msgspec

from triagebot.errors import BadBundle
from triagebot.triage.hot_reload import Current, read_current

HISTORY = "history.jsonl"


class Step(msgspec.Struct, frozen=True, omit_defaults=True):
    """One line of the history: `action` is promote or rollback, `before` what served until then.

    `digest` is that of the bundle's manifest, `why` what the person gave as the reason. `forced`
    is the reason why the gate was overruled, with what it objected to in `objections`.
    """

    action: str
    name: str
    at: str
    by: str
    before: str | None = None
    forced: str = ""
    objections: tuple[str, ...] = ()
    why: str = ""
    digest: str = ""


def current_name(models: Path) -> str | None:
    """Return the name of the bundle that serves, or None before the first promotion."""
    return read_current(models).name if (models / "current.json").exists() else None


def previous_name(models: Path) -> str | None:
    """Return the bundle that a rollback would return to, or None."""
    stack: list[str] = []
    for step in history(models):
        if step.action == "rollback" and len(stack) > 1:
            stack.pop()
        elif not stack or stack[-1] != step.name:
            stack.append(step.name)
    return stack[-2] if len(stack) > 1 else None


def history(models: Path) -> list[Step]:
    """Return all steps, oldest first. Raises `BadBundle` naming the line that is damaged."""
    path = models / HISTORY
    steps = []
    lines = path.read_bytes().splitlines() if path.exists() else []
    for number, line in enumerate(lines, start=1):
        try:
            steps.append(msgspec.json.decode(line, type=Step))
        except msgspec.MsgspecError as error:
            raise BadBundle(f"{path}:{number}: damaged: {error}") from error
    return steps


def switch(models: Path, step: Step) -> Step:
    """Log first: a pointer without its line would be a model that nobody promoted."""
    with (models / HISTORY).open("ab") as log:
        log.write(msgspec.json.encode(step) + b"\n")
        log.flush()
        os.fsync(log.fileno())
    point(models / "current.json", Current(step.name, step.at, step.by))
    return step


def point(path: Path, value: msgspec.Struct) -> None:
    """Write a small file of JSON, whole or not at all."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.write_bytes(msgspec.json.encode(value) + b"\n")
    draft.replace(path)
