"""Writes `PERFORMANCE.md` from what the benchmarks measured.

python tests/benchmarks/write_performance.py
"""

from __future__ import annotations

import json
from typing import Any

from measured import RESULTS, ROOT, table

PARTS = {
    "sustained": ("What one machine carries", "bench_throughput.py MODELS --seconds 600"),
    "minutes": ("For ten minutes", "bench_throughput.py MODELS --part minutes"),
    "mean": ("At the event's mean rate", "bench_throughput.py MODELS --part mean"),
    "beyond": ("Beyond capacity", "bench_throughput.py MODELS --part beyond --seconds 30"),
    "event": ("The whole event, 2.8 million messages", "bench_throughput.py MODELS --part event"),
    "peers": ("Beside what one would otherwise pick", "bench_peers.py MODELS intents"),
    "growth": ("A growing store", "bench_growth.py MODELS FOLDER"),
}
HEAD = """# Performance

Every table is written by a committed benchmark, with its machine, date and command; ratios are
between runs of one command. The sender runs on the same machine, by the clock, and never waits for
the server; a latency counts from the moment a message was due. Messages are stored with
`synchronous=FULL` before they are acknowledged. MODELS is a folder with a promoted model; with
`--texts FILE` the messages of a JSONL file are sent instead of the demo's.

After a measurement, `python tests/benchmarks/write_performance.py` writes this page anew.
"""


def main() -> None:
    """Write the page."""
    parts = [HEAD]
    for name, (title, command) in PARTS.items():
        parts.append(f"## {title}\n")
        file = RESULTS / f"{name}.json"
        if not file.is_file():
            parts.append(f"Not measured yet: `python tests/benchmarks/{command}`\n")
            continue
        found = json.loads(file.read_text(encoding="utf-8"))
        parts.append("\n".join(table(found["rows"])) + "\n")
        if name == "growth":
            parts.append(chart(found["rows"]))
        note = f"{found['note']} " if found["note"] else ""
        parts.append(
            f"{note}{found['at'][:10]}, {found['machine']}: "
            f"`{found['command'].replace('python ', 'python tests/benchmarks/', 1)}`\n"
        )
    (ROOT / "PERFORMANCE.md").write_text("\n".join(parts), encoding="utf-8")


def chart(rows: list[dict[str, Any]]) -> str:
    """Draw, in letters, what each thing is beside the first size."""
    lines = ["```"]
    for name in ("start s", "messages/s", "CPU µs", "inbox ms", "search ms"):
        for row in rows:
            factor = row[name] / max(1e-9, rows[0][name])
            bar = "█" * max(1, min(60, round(10 * factor)))
            lines.append(f"{name:<11} {row['stored']:>12,}  {bar} {row[name]:g} (× {factor:.2f})")
    return "\n".join([*lines, "```", ""])


if __name__ == "__main__":
    main()
