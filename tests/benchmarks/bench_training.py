"""How long training takes and how much memory, from ten thousand to a million messages.

    python tests/benchmarks/bench_training.py [--messages 1000000] [--intents 60] [--jobs 2]

Messages are made by joining the beginning of one real sentence to the end of another of the same
intent (the public set of 60 assistant intents in `../shared/data`), drawn by a skewed prior, with
3 % of the labels wrong. They are only for time and memory: the accuracy of such a set says little.
Everything is trained and certified by `triagebot train`; with `--runs 2` the bytes are compared.
`load` is how many processes wanted a core when it began and ended: `seconds` are worth something
only where it is small, `cpu_seconds` always.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SOURCE = Path(__file__).parents[3] / "shared" / "data" / "massive_zh_cn.jsonl.gz"
WRONG = 0.03
POLICY = """\
promise: {max_error: 0.05, confidence: 0.95}
manners: {margin: 0.15, menu_size: 3, small_talk_limit: 3}
cost: {low: 1, medium: 10, high: 200, human: 2}
texts:
"""
SAID = "welcome holding holding_closed menu_head menu_none help no_words small_talk did_it_help"


def sentences() -> dict[str, list[str]]:
    """Read the real sentences by intent."""
    found: dict[str, list[str]] = {}
    with gzip.open(SOURCE, "rt", encoding="utf-8") as lines:
        for row in map(json.loads, lines):
            if row["split"] == "train" and len(row["text"]) >= 4:
                found.setdefault(row["label"], []).append(row["text"])
    return found


def make_labels(path: Path, wanted: int, intents: int) -> None:
    """Write `wanted` different messages as labels."""
    chance, known = random.Random(7), sentences()
    names = sorted(known, key=lambda name: -len(known[name]))[:intents]
    prior = [1.0 / (rank + 3) for rank in range(len(names))]
    seen: set[str] = set()
    with path.open("w", encoding="utf-8") as out:
        while len(seen) < wanted:
            (name,) = chance.choices(names, prior)
            text = joined(chance, known[name], len(seen))
            if text not in seen:
                seen.add(text)
                said = chance.choice(names) if chance.random() < WRONG else name
                row = {"text": text, "intent": said, "source": "import"}
                out.write(json.dumps(row, ensure_ascii=False) + "\n")


def joined(chance: random.Random, among: list[str], number: int) -> str:
    """Return the beginning of one sentence and the end of another, now and then of a third."""
    parts = [chance.choice(among) for _ in range(2 + (number % 3 == 0))]
    cut = [part[: chance.randint(2, 12)] for part in parts[:-1]]
    return "".join([*cut, parts[-1][-chance.randint(3, 14) :]])[:40]


def make_intents(folder: Path, names: list[str]) -> None:
    """Write a catalogue with one sentence an intent."""
    folder.mkdir()
    for name in names:
        (folder / f"{name}.yml").write_text(
            f'version: "3.1"\nnlu:\n- intent: "{name}"\n  examples: |\n    - {name} 开头\n',
            encoding="utf-8",
        )
    said = "".join(f"  {text}: 您好\n" for text in SAID.split())
    (folder / "_policy.yml").write_text(POLICY + said, encoding="utf-8")
    (folder / "_rules.yml").write_text("rules: []\n", encoding="utf-8")
    (folder / "words.txt").write_text("", encoding="utf-8")


def train(folder: Path, run: int, jobs: int) -> dict[str, object]:
    """Train once in a process tree of its own, and return seconds, peak memory and the bytes."""
    command = [sys.executable, "-m", "triagebot", "--json", "train", "--jobs", str(jobs)]
    command += ["--intents", str(folder / "intents"), "--labels", str(folder / "labels.jsonl")]
    command += ["--out", str(folder / "models"), "--name", f"run{run}"]
    started, peak, cpu = time.perf_counter(), 0.0, dict[int, float]()
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        while process.poll() is None:
            family = [process.pid, *children(process.pid)]
            peak = max(peak, tree_mb(family))
            cpu |= {pid: max(cpu.get(pid, 0.0), cpu_seconds(pid)) for pid in family}
            time.sleep(0.5)
    if process.returncode:
        sys.exit(f"training failed with exit code {process.returncode}")
    bundle = folder / "models" / f"run{run}"
    digest = hashlib.sha256(b"".join(p.read_bytes() for p in sorted(bundle.glob("weights.npz"))))
    manifest = json.loads((bundle / "manifest.json").read_text())
    return {
        "seconds": round(time.perf_counter() - started, 1),
        "cpu_seconds": round(sum(cpu.values()), 1),
        "peak_mb": round(peak),
        "weights": digest.hexdigest()[:16],
        "held_out_accuracy": manifest["metrics"]["held_out_accuracy"],
        "rows": manifest["metrics"]["rows"],
    }


def cpu_seconds(pid: int) -> float:
    """Return the time that a process has had a core, 0 when it has just ended (Linux)."""
    try:
        values = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(values[11]) + int(values[12])) / os.sysconf("SC_CLK_TCK")


def tree_mb(family: list[int]) -> float:
    """Return the private and shared-once memory of processes (Linux)."""
    total = 0.0
    for pid in family:
        try:
            rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
        except OSError:
            continue
        total += sum(int(line.split()[1]) for line in rollup.splitlines() if line[:4] == "Pss:")
    return total / 1024


def children(root: int) -> list[int]:
    """Return all descendants of a process."""
    found = []
    for task in Path(f"/proc/{root}/task").glob("*/children"):
        try:
            direct = [int(pid) for pid in task.read_text().split()]
        except OSError:
            continue
        found += direct + [below for pid in direct for below in children(pid)]
    return found


def main() -> None:
    """Make the set, train twice, print one JSON line."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--messages", type=int, default=1_000_000)
    options.add_argument("--intents", type=int, default=60)
    options.add_argument("--jobs", type=int, default=2)
    options.add_argument("--runs", type=int, default=1)
    given = options.parse_args()
    if not SOURCE.exists():
        sys.exit(f"{SOURCE} is missing: the sentences to make messages from")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make_labels(folder / "labels.jsonl", given.messages, given.intents)
        names = sorted(sentences(), key=lambda one: one)
        make_intents(folder / "intents", names)
        load = [round(os.getloadavg()[0], 1)]
        runs = [train(folder, run, given.jobs) for run in range(given.runs)]
        load.append(round(os.getloadavg()[0], 1))
    same = len({run["weights"] for run in runs}) == 1
    found = {"messages": given.messages, "load": load, "runs": runs, "same_bytes": same}
    print(json.dumps(found))


if __name__ == "__main__":
    main()
