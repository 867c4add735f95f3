"""Evenings in virtual time keep every promise, and planted faults are found at once."""

import pytest

from triagebot.faults import evenings, simulate
from triagebot.faults.plan import Plan
from triagebot.faults.runs import RUNS

LANES = 4
SEEDS = 500
"""In each lane; two thousand evenings in all."""


@pytest.mark.parametrize("lane", range(LANES))
def test_no_seed_breaks_a_promise(lane):
    tally = simulate.run(Plan(SEEDS, lane * SEEDS))
    assert tally.rounds == SEEDS
    assert tally.figures["crashes"] > SEEDS / 2
    assert (tally.faults, tally.lost, tally.different, tally.doubled) == ([], 0, 0, 0)


@pytest.mark.parametrize("planted", RUNS["simulate"].planted)
def test_a_planted_fault_is_found_within_twenty_seeds(planted):
    tally = simulate.run(Plan(20, 0, planted=planted))
    assert tally.faults


def test_the_same_seeds_give_the_same_evenings_in_another_process():
    first, second = simulate.run(Plan(51, 77)), evenings.run(Plan(51, 77, jobs=2))
    assert first.figures == second.figures
    assert (first.rounds, first.acked, first.stored) == (51, second.acked, second.stored)
