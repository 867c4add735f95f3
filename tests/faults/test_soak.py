"""Hours of samples are judged as they should be, leaks of every kind show, and a short run is made.

The twins with a real leak are commands: `triagebot faults soak --planted …`.
"""

from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from triagebot.faults import soak
from triagebot.faults.level import judge
from triagebot.faults.plan import Soak
from triagebot.faults.samples import Sample

EVERY = 10.0
WARM = 3600.0
MB = 1_000_000


def two_hours(rate=100):
    """Caches fill for half an hour; then memory goes up and down by a few MB, files by visitors."""
    for number in range(720):
        at, rows = number * EVERY, int(number * EVERY * rate)
        wave = (number * 37 % 11) * MB // 4
        memory = 300 * MB + min(rows, 180_000) * 600 + wave
        yield Sample(at, memory, memory, 40 + number % 5, 12, 500_000 + rows * 1200, 40 * MB, rows)


def steadily(name, an_hour):
    """Add so much of something an hour."""
    return lambda one: replace(one, **{name: getattr(one, name) + int(an_hour * one.at / 3600)})


def after_warm(name, factor):
    """Let something be so many times as large as soon as it is judged."""
    return lambda one: replace(one, **{name: int(getattr(one, name) * factor)}) if (
        one.at > WARM
    ) else one  # fmt: skip


LEAKS = [
    ("memory, MB", steadily("memory", 4 * MB)),
    ("open files", steadily("files", 8)),
    ("threads", steadily("threads", 6)),
    ("the store grew", lambda one: replace(one, store=one.store + one.rows**2 // 1000)),
    ("the log of the store", after_warm("log", 10)),
    ("memory was", after_warm("memory", 2)),
]


def test_a_level_run_holds():
    verdict = judge(list(two_hours()), WARM)
    assert verdict.faults == []
    assert "too short" not in str(verdict.figures["memory, MB"])


@pytest.mark.parametrize(("what", "leak"), LEAKS, ids=[what for what, _ in LEAKS])
def test_what_creeps_up_shows(what, leak):
    faults = judge([leak(one) for one in two_hours()], WARM).faults
    assert len(faults) == 1
    assert faults[0].startswith(what)


def test_a_server_that_really_rose_shows():
    lines = Path(__file__).with_name("soak_that_rose.jsonl").read_bytes().splitlines()
    faults = judge([msgspec.json.decode(line, type=Sample) for line in lines], 1950).faults
    assert len(faults) == 1
    assert faults[0].startswith("memory, MB: +12")


def test_memory_is_not_judged_while_caches_fill():
    verdict = judge([one for one in two_hours() if one.at < 1500], 750)
    assert verdict.faults == []
    assert "too short a run" in str(verdict.figures["memory, MB"])


def test_a_moment_proves_nothing():
    assert judge(list(two_hours())[:20], 100).faults == ["too short to see anything"]


def test_a_short_soak_loses_nothing_and_keeps_level(tmp_path, promoted_models):
    seen = []
    tally = soak.run(
        Soak(12, 40, 3, folder=tmp_path, models=promoted_models,
             watch=lambda sample, _visits: seen.append(sample))
    )  # fmt: skip
    assert tally.held, tally.faults
    assert tally.acked > 400
    assert tally.rounds > 0
    assert tally.figures["events heard at the console"] > 0
    assert len(seen[-1].each) == 2
