"""Keeps what benchmarks measured, each figure with its machine, date and command."""

from __future__ import annotations

import json
import os
import platform
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
RESULTS = ROOT / "docs" / "performance"


def machine() -> str:
    """Name the machine by what matters: processors, memory, versions, and how busy it was."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    load = os.getloadavg()[0]
    return (
        f"{os.cpu_count()} cores, {memory:.0f} GiB, {platform.machine()}, "
        f"Python {platform.python_version()}, load {load:.1f} at the start"
    )


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
