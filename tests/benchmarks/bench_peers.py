"""Beside what a brand would otherwise pick: the same requests, the same sentences, the same run.

python tests/benchmarks/bench_peers.py MODELS INTENTS [--texts FILE] [--seconds S]

The rivals are installed into an environment of their own, once, and removed with it. Writes
`docs/performance/peers.json`.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

from loading import best_rate, other, ours
from measured import keep, machine

from triagebot.loadtest.texts import read_texts

HERE = Path(__file__).parent
PACKAGES = (
    "fastapi", "uvicorn", "flask", "waitress", "wechatpy==2.0.0a26", "WeRoBot==1.13.1", "tornado",
    "scikit-learn~=1.9", "jieba~=0.42.1", "rapidfuzz~=3.14", "sqlalchemy~=2.1", "cryptography",
)  # fmt: skip
RIVALS = {
    "FastAPI on uvicorn": "with_fastapi.py",
    "Flask and wechatpy on waitress": "with_wechatpy.py",
    "WeRoBot on Tornado": "with_werobot.py",
}


def main() -> None:
    """Measure the best rate of each, and each at the event's mean."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("models", type=Path)
    parser.add_argument("intents", type=Path)
    parser.add_argument("--texts", type=Path)
    parser.add_argument("--seconds", type=float, default=15.0)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--rate", type=float, default=3500.0)
    chosen = parser.parse_args()
    texts, where = read_texts(chosen.texts), machine()
    with tempfile.TemporaryDirectory(prefix="rivals-") as folder:
        python = install(Path(folder))
        model = Path(folder) / "model.pickle"
        fit = [sys.executable, str(HERE / "rivals" / "fit.py"), str(chosen.intents), str(model)]
        subprocess.run(fit, check=True)
        rows = [ours(chosen.models, texts, chosen.rate, chosen.seconds, workers=chosen.workers)]
        for name, script in RIVALS.items():
            command = (python, str(HERE / "rivals" / script), str(model))
            rows.append(
                best_rate(
                    lambda rate, name=name, command=command: other(
                        name, command, texts, rate, chosen.seconds, connections=32
                    ),
                    150.0,
                    2,
                )
            )
            at_mean = other(f"{name}, 389/s", command, texts, 389.0, chosen.seconds)
            rows.append(at_mean)
    best = max(row["served/s"] for row in rows[1:])
    note = f"Ours ÷ the best of them: {rows[0]['served/s'] / max(1.0, best):.0f}."
    keep("peers", rows, note, where)


def install(folder: Path) -> str:
    """Make an environment with the rivals and return its Python."""
    venv.create(folder / "env", with_pip=True)
    python = str(folder / "env" / "bin" / "python")
    subprocess.run([python, "-m", "pip", "install", "-q", *PACKAGES], check=True)
    return python


if __name__ == "__main__":
    main()
