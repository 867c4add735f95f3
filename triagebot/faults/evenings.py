"""Simulated evenings on several processors: a seed's evening is the same wherever it is run."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from triagebot.faults import simulate
from triagebot.faults.tally import Tally

SHARE = 50
"""Seeds that a process takes at a time."""


def run(
    seeds: int, seed: int, jobs: int, *, report: Callable[[int], None] = lambda _: None
) -> Tally:
    """Simulate an evening for each of `seeds` seeds from `seed` on, by `jobs` processes."""
    tally = Tally("simulate", seed)
    firsts = range(seed, seed + seeds, SHARE)
    sizes = [min(SHARE, seed + seeds - first) for first in firsts]
    # Fresh processes: a copy of this one would share its open SQLite.
    with tally.timed(), ProcessPoolExecutor(jobs, get_context("spawn")) as pool:
        for part in pool.map(simulate.run, sizes, firsts):
            tally.join(part)
            report(tally.rounds)
    return tally
