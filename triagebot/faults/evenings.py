"""Simulated evenings on several processors: a seed's evening is the same wherever it is run."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from triagebot.faults import simulate
from triagebot.faults.plan import Plan
from triagebot.faults.tally import Tally

SHARE = 50
"""Seeds that a process takes at a time."""


def run(plan: Plan) -> Tally:
    """Simulate an evening a round, each from the next seed; a planted fault by this process."""
    if plan.jobs == 1 or plan.planted:
        return simulate.run(plan)
    tally = Tally("simulate", plan.seed)
    end = plan.seed + plan.rounds
    shares = [Plan(min(SHARE, end - seed), seed) for seed in range(plan.seed, end, SHARE)]
    # Fresh processes: a copy of this one would share its open SQLite.
    with tally.timed(), ProcessPoolExecutor(plan.jobs, get_context("spawn")) as pool:
        for part in pool.map(simulate.run, shares):
            tally.join(part)
            plan.report(tally.rounds)
    return tally
