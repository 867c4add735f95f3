"""Beside what a brand would otherwise pick: the same requests, the same sentences, the same run.

python tests/benchmarks/bench_peers.py MODELS INTENTS [--texts FILE] [--seconds S]

Each is offered more than it can do, then the event's mean rate; a quiet machine needs five minutes.
The rivals come with the extra `rivals`, which is installed if it is not. Writes
`docs/performance/peers.json`.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from loading import best_rate, other, ours
from measured import ROOT, keep, machine

from triagebot.loadtest.texts import read_texts

HERE = Path(__file__).parent
NEEDED = ("fastapi", "uvicorn", "flask", "waitress", "wechatpy", "werobot")
RIVALS = {
    "FastAPI on uvicorn": "with_fastapi.py",
    "Flask and wechatpy on waitress": "with_wechatpy.py",
    "WeRoBot on Tornado": "with_werobot.py",
}
MEAN = 389.0
FIRST = 150.0
"""Messages a second that a rival is offered first; then a tenth more than it served."""

LINES = 32
"""Connections at the best rate: as many as their servers have threads for, or they only thrash."""


def main() -> None:
    """Measure the best rate of each, and each at the event's mean."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("models", type=Path)
    parser.add_argument("intents", type=Path)
    parser.add_argument("--texts", type=Path)
    parser.add_argument("--seconds", type=float, default=8.0)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--rate", type=float, default=3000.0, help="What ours is offered first.")
    chosen = parser.parse_args()
    install()
    texts, where, seconds = read_texts(chosen.texts), machine(), chosen.seconds

    def own(rate: float) -> dict[str, Any]:
        return ours(chosen.models, texts, rate, seconds, workers=chosen.workers)

    rows = [told(best_rate(own, chosen.rate, 2)), told(own(MEAN), mean=True)]
    with tempfile.TemporaryDirectory(prefix="rivals-") as folder:
        model = Path(folder) / "model.pickle"
        run("rivals/fit.py", str(chosen.intents), str(model))
        for name, script in RIVALS.items():
            command = (sys.executable, str(HERE / "rivals" / script), str(model))

            def rival(
                rate: float, lines: int = LINES, name: str = name, command: Any = command
            ) -> Any:
                return other(name, command, texts, rate, seconds, connections=lines)

            rows += [told(best_rate(rival, FIRST, 2)), told(rival(MEAN, 256), mean=True)]
    best = max(row["served/s"] for row in rows[2:])
    ratio = rows[0]["served/s"] / max(1.0, best)
    keep("peers", rows, f"Ours ÷ the best of them: {ratio:.0f}.", where)
    print(f"Ours ÷ the best of them: {ratio:.1f}")


def told(row: dict[str, Any], *, mean: bool = False) -> dict[str, Any]:
    """Add to a row's name what was offered, and say so at once: the whole takes minutes."""
    row["server"] += f", {MEAN:.0f}/s" if mean else ", at its best"
    print(
        f"{row['server']}: {row['served/s']:,} served a second, p99 {row['p99 ms']:,} ms",
        flush=True,
    )
    return row


def install() -> None:
    """Install the rivals beside ours unless they are there."""
    if not all(find_spec(name) for name in NEEDED):
        pip = [sys.executable, "-m", "pip", "install", "-q", "-c", "constraints.txt"]
        subprocess.run([*pip, "-e", ".[rivals]"], check=True, cwd=ROOT)


def run(script: str, *arguments: str) -> None:
    """Run one of our scripts."""
    subprocess.run([sys.executable, str(HERE / script), *arguments], check=True)


if __name__ == "__main__":
    main()
