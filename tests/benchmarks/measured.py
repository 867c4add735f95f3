"""Keeps what benchmarks measured, each figure with its machine, date and command."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from triagebot.machine import busyness, describe

ROOT = Path(__file__).parents[2]
RESULTS = ROOT / "docs" / "performance"


def machine() -> str:
    """Name the machine, and how busy it was when the run began."""
    return f"{describe()}, load {busyness()} at the start"


def keep(name: str, rows: list[dict[str, Any]], note: str = "", where: str = "") -> None:
    """Write one table of figures to `docs/performance/NAME.json`, and print it.

    `where` is `machine()` as it was before the run.
    """
    RESULTS.mkdir(exist_ok=True)
    words = [Path(word).name if "/" in word else word for word in sys.argv]
    result = {
        "at": datetime.now(UTC).isoformat(timespec="minutes"),
        "machine": where or machine(),
        "command": " ".join(["python", *words]),
        "note": note,
        "rows": rows,
    }
    text = json.dumps(result, ensure_ascii=False, indent=1) + "\n"
    (RESULTS / f"{name}.json").write_text(text, encoding="utf-8")
    for line in table(rows):
        print(line)


def table(rows: list[dict[str, Any]]) -> Iterator[str]:
    """Yield the lines of a Markdown table."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    yield "| " + " | ".join(names) + " |"
    yield "|" + "---|" * len(names)
    for row in rows:
        yield "| " + " | ".join(_shown(row.get(name)) for name in names) + " |"


def _shown(value: Any) -> str:
    if value is None:
        return "–"
    return f"{value:,}" if isinstance(value, (int, float)) and value is not True else str(value)
