"""A server that is killed under load comes back with all that it acknowledged."""

import pytest

from triagebot.faults import kill, kills

LANES = 4
KILLS = 50
"""In each lane; two hundred in all."""

QUIET = 2.5
"""Seconds of a usual start above which a machine is too busy to be held to the number."""


@pytest.mark.parametrize("lane", range(LANES))
def test_kills_under_load_lose_nothing_and_change_no_answer(load, lane, record_property):
    tally = kill.run(load(KILLS, 11 + lane, rate=100, within=200))
    record_property("kills", tally.rounds)
    usual = tally.figures["recovery p50, s"]
    assert tally.rounds >= KILLS or usual > QUIET, f"only {tally.rounds} kills, a start {usual} s"
    assert tally.acked > 20
    assert tally.figures["redelivered after an answer"] > 10
    assert (tally.lost, tally.different, tally.doubled, tally.faults) == (0, 0, 0, [])


def test_servers_side_by_side_are_summed(load):
    tally = kills.run(load(2, 15, rate=100, jobs=2))
    assert 2 <= tally.rounds == tally.figures["kills"] <= 4
    assert tally.acked > 20
    assert (tally.lost, tally.different, tally.doubled, tally.faults) == (0, 0, 0, [])


def test_telling_before_the_commit_shows(load):
    tally = kill.run(load(5, 11, rate=200, planted="tells early"))
    assert tally.lost + tally.different > 0
