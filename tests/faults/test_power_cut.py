"""What was acknowledged is there after a power cut; without syncs it would not be."""

from triagebot.faults import power_cut
from triagebot.faults.plan import Plan


def test_a_power_cut_loses_nothing_that_was_acknowledged():
    tally = power_cut.run(Plan(600, 11))
    assert tally.rounds == 600
    assert tally.acked > 50_000
    assert tally.figures["cuts in a checkpoint"] > 10
    assert (tally.lost, tally.different, tally.faults) == (0, 0, [])


def test_without_a_sync_at_each_commit_the_cut_shows():
    assert power_cut.run(Plan(60, 11, planted="normal")).lost > 0
