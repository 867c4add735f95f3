"""The results that were kept, a line each, so that a long run can be made in pieces."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any


def add(file: Path, result: Mapping[str, Any]) -> None:
    """Keep one more result."""
    with file.open("a", encoding="utf-8") as lines:
        lines.write(json.dumps(result, ensure_ascii=False) + "\n")


def read(file: Path) -> list[dict[str, Any]]:
    """Return all results, oldest first; none when there is no file yet."""
    if not file.exists():
        return []
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line]


def pieces(file: Path, name: str, rounds: int, size: int) -> Iterator[tuple[int, int]]:
    """Yield seed and rounds of what is missing until the run `name` has `rounds` in all.

    A piece has at most `size` rounds and seeds that none before it had; it must be kept before the
    next one is asked for.
    """
    while (missing := rounds - sum(result["rounds"] for result in _alike(file, name))) > 0:
        seeds = [result["seed"] + max(1, result["rounds"]) for result in _alike(file, name)]
        yield max(seeds, default=1), min(size, missing)


def _alike(file: Path, name: str) -> list[dict[str, Any]]:
    """Return the newest result of each seed, without planted faults, as the report counts."""
    newest = {
        result["seed"]: result
        for result in read(file)
        if result["name"] == name and not result["planted"]
    }
    return list(newest.values())
