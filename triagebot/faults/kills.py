"""Kills by several servers at once, each with a port and a store of its own."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context

from triagebot.faults import kill
from triagebot.faults.plan import Load, silent
from triagebot.faults.tally import Tally

SHARE = 25
"""Kills of one store at most."""


def run(plan: Load) -> Tally:
    """Kill `jobs` servers side by side; of the shares' median starts the slowest is kept.

    Raises `Busy` when a server does not start at all.
    """
    if plan.jobs == 1:
        return kill.run(plan)
    tally = Tally("kill", plan.seed, plan.planted)
    # A process for each: one sender alone would be late for several servers.
    with tally.timed(), ProcessPoolExecutor(plan.jobs, get_context("spawn")) as pool:
        for part in pool.map(kill.run, _shares(plan)):
            tally.join(part)
            plan.report(tally.rounds)
    return tally


def _shares(plan: Load) -> list[Load]:
    """Return plans of equal size, or smaller, whose seeds are as far apart as their rounds."""
    size, end = min(SHARE, -(-plan.rounds // plan.jobs)), plan.seed + plan.rounds
    return [
        replace(
            plan, rounds=min(size, end - seed), seed=seed, report=silent,
            folder=plan.folder / str(seed),
        )
        for seed in range(plan.seed, end, size)
    ]  # fmt: skip
