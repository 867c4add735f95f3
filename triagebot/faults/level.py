"""Says whether what must stay level under load did, from samples of a run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import fmean, linear_regression

from triagebot.faults.samples import Sample

BLOCKS = 12
CERTAIN = 3.0
"""A slope counts as growth from so many standard errors above its limit."""

WARM_ROWS = 150_000
"""Messages after which the caches that are bounded by design are full."""
LONG_ENOUGH = 600.0
"""Seconds that must be judged before a slope of memory says anything."""
CEILING_MB = 600.0
"""What all processes together may have at any time."""
LOG_MB = 2 * 134.2
"""Twice the size at which SQLite's log is written back."""
SAME_COST = 1.25
"""A row late in the run may take so many times the bytes of an early one."""


@dataclass(frozen=True, slots=True)
class Trend:
    """A line through samples: its `slope` and that one's standard `error`, both an hour; `rise` is
    how much it rose over all samples.
    """

    slope: float
    error: float
    rise: float

    def __str__(self) -> str:
        return f"{self.slope:+.2f} ± {self.error:.2f} an hour"


def trend(at: Sequence[float], values: Sequence[float]) -> Trend:
    """Return the line through the means of twelve blocks of samples, by least squares.

    Neighbouring samples are no independent witnesses: a cache that fills moves all that follow.
    The error is therefore that of the blocks. `at` is in seconds; there must be twelve samples.
    """
    size = len(at) // BLOCKS
    starts = range(len(at) - size * BLOCKS, len(at), size)
    hours = [fmean(at[start : start + size]) / 3600.0 for start in starts]
    means = [fmean(values[start : start + size]) for start in starts]
    slope, intercept = linear_regression(hours, means)
    off = sum((y - slope * x - intercept) ** 2 for x, y in zip(hours, means, strict=True))
    spread = sum((x - fmean(hours)) ** 2 for x in hours)
    error = sqrt(off / (BLOCKS - 2) / spread)
    return Trend(slope, error, slope * (at[-1] - at[0]) / 3600.0)


@dataclass(frozen=True, slots=True)
class Level:
    """Something that must stay level: what it is called, how it is read, and how much it may grow
    an hour; less than `grain` in all is no growth.
    """

    name: str
    read: Callable[[Sample], float]
    limit: float
    grain: float


MEMORY = Level("memory, MB", lambda sample: sample.memory / 1e6, 1.0, 1.0)
LEVELS = (
    MEMORY,
    Level("open files", lambda sample: sample.files, 1.0, 4.0),
    Level("threads", lambda sample: sample.threads, 1.0, 4.0),
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was seen, in words, and what is wrong with it, a line each."""

    figures: dict[str, float | int | str]
    faults: list[str]


def judge(samples: Sequence[Sample], warm: float) -> Verdict:
    """Judge the samples from `warm` seconds on; what was before only fills caches."""
    early = [sample for sample in samples if sample.at <= warm]
    late = [sample for sample in samples if sample.at > warm]
    if len(early) < 2 or len(late) < BLOCKS:
        return Verdict({}, ["too short to see anything"])
    verdict = Verdict({"warm-up, s": round(warm)}, [])
    for level in LEVELS:
        _judge_level(verdict, level, late, is_warm(early, late))
    _judge_store(verdict, early, late)
    peak = max(sample.memory for sample in samples) / 1e6
    verdict.figures["memory at most, MB"] = round(peak)
    if peak > CEILING_MB:
        verdict.faults.append(f"memory was {peak:.0f} MB, above {CEILING_MB:.0f}")
    return verdict


def is_warm(early: Sequence[Sample], late: Sequence[Sample]) -> bool:
    """Whether the caches were full before what is judged, and that is long enough for memory."""
    return early[-1].rows >= WARM_ROWS and late[-1].at - late[0].at >= LONG_ENOUGH


def _judge_level(verdict: Verdict, level: Level, late: Sequence[Sample], warm: bool) -> None:
    values = [level.read(sample) for sample in late]
    line = trend([sample.at for sample in late], values)
    words = f"{values[0]:,.0f} to {values[-1]:,.0f}, {line}"
    if level is MEMORY and not warm:
        verdict.figures[level.name] = f"{words}; too short a run to judge the slope"
        return
    verdict.figures[level.name] = words
    if line.slope - CERTAIN * line.error > level.limit and line.rise > level.grain:
        verdict.faults.append(f"{level.name}: {line}, at most {level.limit:g} are allowed")


def _judge_store(verdict: Verdict, early: Sequence[Sample], late: Sequence[Sample]) -> None:
    before, after = _bytes_a_row(early[0], early[-1]), _bytes_a_row(late[0], late[-1])
    verdict.figures["store, bytes a message"] = f"{before:.0f} at first, {after:.0f} later"
    if after > SAME_COST * before:
        verdict.faults.append(f"the store grew by {after:.0f} bytes a message, before {before:.0f}")
    log = max(sample.log for sample in late) / 1e6
    verdict.figures["log at most, MB"] = round(log)
    if log > LOG_MB:
        verdict.faults.append(f"the log of the store grew to {log:.0f} MB")


def _bytes_a_row(first: Sample, last: Sample) -> float:
    return (last.store - first.store) / max(1, last.rows - first.rows)
