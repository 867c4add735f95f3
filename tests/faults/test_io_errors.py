"""A full or failing disk: refused is refused, acknowledged is there, and it serves again."""

import pytest

from triagebot.faults import io_errors
from triagebot.faults.plan import Plan


def test_failing_writes_and_syncs_lose_nothing_and_are_survived():
    tally = io_errors.run(Plan(60, 11))
    assert tally.figures["failed steps"] > 20
    assert tally.figures["refused"] > 20
    assert (tally.lost, tally.different, tally.faults) == (0, 0, [])


@pytest.mark.parametrize(("planted", "rounds"), [("boast", 10), ("reopen", 60)])
def test_planted_faults_show(planted, rounds):
    assert io_errors.run(Plan(rounds, 1, planted=planted)).lost > 0
