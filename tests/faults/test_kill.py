"""A server that is killed under load comes back with all that it acknowledged."""

import pytest

from triagebot.faults import kill


@pytest.mark.timeout(240)
@pytest.mark.parametrize("seed", [11, 12, 13, 14])
def test_kills_under_load_lose_nothing_and_change_no_answer(load, seed):
    """Two hundred kills in all, where a start takes a second; on a slow machine fewer."""
    tally = kill.run(load(50, seed, rate=100, within=75))
    assert tally.rounds > 1
    assert tally.acked > 20
    assert tally.figures["redelivered after an answer"] > 10
    assert (tally.lost, tally.different, tally.doubled, tally.faults) == (0, 0, 0, [])


@pytest.mark.timeout(240)
def test_telling_before_the_commit_shows(load):
    tally = kill.run(load(5, 11, rate=200, planted="tells early"))
    assert tally.lost + tally.different > 0
