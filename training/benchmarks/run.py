"""Run a benchmark: everyone learns from the same rows and judges the same rows.

Each contender runs in a process of its own, one after the other and on one core, so that its time
is not shared and its peak memory is its own.
"""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from multiprocessing import get_context
from typing import Any

from sklearn.metrics import f1_score

from training.benchmarks.datasets import BenchmarkSet
from training.benchmarks.ours import triagebot
from training.benchmarks.rivals import RIVALS, Judge

Done = Callable[[str, int, int], None]
"""Called with the contender's name, contenders done and contenders in all."""

CONTENDERS: Mapping[str, Callable[[BenchmarkSet], Judge]] = {"triagebot": triagebot, **RIVALS}


@dataclass(frozen=True, slots=True)
class Score:
    """What one contender reached.

    `accuracy` and `macro_f1` are 0..1, the latter the mean over the labels that the judged rows
    have; `seconds` is the time to learn, `judge_seconds` that to judge all rows, `peak_mb` the
    largest memory of its process.
    """

    accuracy: float
    macro_f1: float
    seconds: float
    judge_seconds: float
    peak_mb: float


@dataclass(frozen=True, slots=True)
class Benchmark:
    """All contenders on one set."""

    name: str
    judged_on: str
    learnt: int
    judged: int
    labels: int
    scores: dict[str, Score]

    def as_json(self) -> dict[str, Any]:
        """Return our figures with the rivals' beside them."""
        scores = {name: asdict(score) for name, score in self.scores.items()}
        counts = {"learnt": self.learnt, "judged": self.judged, "labels": self.labels}
        head = {"benchmark": self.name, "judged_on": self.judged_on, **counts}
        return {**head, **scores.pop("triagebot"), "rivals": scores}


def run(data: BenchmarkSet, done: Done = lambda _name, _done, _total: None) -> Benchmark:
    """Return everyone's figures on `data`; but for time and memory the same on every run."""
    scores = {}
    for number, name in enumerate(CONTENDERS):
        done(name, number, len(CONTENDERS))
        with ProcessPoolExecutor(1, get_context("spawn")) as process:
            scores[name] = process.submit(measure, name, data).result()
    counts = len(data.train), len(data.judged), len(data.labels)
    return Benchmark(data.name, data.judged_on, *counts, scores)


def measure(name: str, data: BenchmarkSet) -> Score:
    """Let one contender learn and judge in this process."""
    started = time.perf_counter()
    judge = CONTENDERS[name](data)
    learnt = time.perf_counter()
    said = judge([row.text for row in data.judged])
    ended = time.perf_counter()
    truth = [row.label for row in data.judged]
    right = sum(a == b for a, b in zip(said, truth, strict=True))
    macro = f1_score(truth, said, labels=sorted(set(truth)), average="macro", zero_division=0.0)
    return Score(right / len(truth), float(macro), learnt - started, ended - learnt, _peak_mb())


def _peak_mb() -> float:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (2**20 if sys.platform == "darwin" else 2**10)
