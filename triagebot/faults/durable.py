"""What a disk holds after a power cut: what was synced, and of the rest what chance left."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from triagebot.faults.disk import Step

SECTOR = 512


@dataclass(slots=True)
class _Content:
    synced: bytearray = field(default_factory=bytearray)
    waiting: list[Step] = field(default_factory=list)


class Durable:
    """The durable state of a folder, moved on step by step."""

    def __init__(self) -> None:
        self._files: dict[str, _Content] = {}

    def follow(self, step: Step) -> None:
        """Take in one step."""
        if step.kind == "mark":
            return
        if step.kind == "delete":
            # SQLite syncs the folder with each deletion that a commit hangs on.
            self._files.pop(step.name, None)
            return
        content = self._files.setdefault(step.name, _Content())
        if step.kind in ("write", "truncate"):
            content.waiting.append(step)
            return
        if step.kind == "sync":
            for waiting in content.waiting:
                _apply(content.synced, waiting)
        # After a failed sync the system holds the pages for clean and never writes them again.
        content.waiting.clear()

    def waits(self, name: str) -> bool:
        """Whether a file has writes that are not synced."""
        return name in self._files and bool(self._files[name].waiting)

    def cut(self, folder: Path, chance: random.Random) -> None:
        """Write what is left after a cut at this moment into an empty folder.

        What was synced is there. Each unsynced write is there, is not, or is torn: some of its
        sectors old, some new, one perhaps noise.
        """
        for name, content in self._files.items():
            left = bytearray(content.synced)
            kept = chance.choice((0.0, 0.3, 0.7, 0.95))
            for step in content.waiting:
                if chance.random() < kept:
                    _apply(left, step)
                elif step.kind == "write" and chance.random() < 0.5:
                    _tear(left, step, chance)
            (folder / name).write_bytes(left)


class Moment:
    """The disk at one moment of an evening, and what people had been told by then."""

    def __init__(self, steps: Sequence[Step]) -> None:
        self.durable = Durable()
        self.told: list[str] = []
        self._coming = iter(steps)
        self._at = 0

    def move(self, moment: int) -> None:
        """Go on to the moment after `moment` steps."""
        for step in islice(self._coming, moment - self._at):
            self.durable.follow(step)
            if step.kind == "mark":
                self.told.append(step.name)
        self._at = moment


def _apply(content: bytearray, step: Step) -> None:
    if step.kind == "truncate":
        del content[step.offset :]
        return
    missing = step.offset - len(content)
    if missing > 0:
        content.extend(bytes(missing))
    content[step.offset : step.offset + len(step.data)] = step.data


def _tear(content: bytearray, step: Step, chance: random.Random) -> None:
    for start in range(0, len(step.data), SECTOR):
        part = step.data[start : start + SECTOR]
        fate = chance.random()
        if fate < 0.45:
            _apply(content, Step("write", step.name, step.offset + start, part))
        elif fate < 0.5:
            noise = chance.randbytes(len(part))
            _apply(content, Step("write", step.name, step.offset + start, noise))
