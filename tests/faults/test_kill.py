"""A server that is killed under load comes back with all that it acknowledged."""

import pytest

from triagebot.faults import kill


@pytest.mark.timeout(240)
def test_kills_under_load_lose_nothing_and_change_no_answer(tmp_path, promoted_models):
    tally = kill.run(100, 11, tmp_path, promoted_models, rate=200, seconds=35)
    assert tally.rounds > 3
    assert tally.acked > 300
    assert tally.figures["redelivered after an answer"] > 50
    assert (tally.lost, tally.different, tally.doubled, tally.faults) == (0, 0, 0, [])


@pytest.mark.timeout(240)
def test_telling_before_the_commit_shows(tmp_path, promoted_models):
    tally = kill.run(5, 11, tmp_path, promoted_models, rate=200, planted="tells early")
    assert tally.lost + tally.different > 0
