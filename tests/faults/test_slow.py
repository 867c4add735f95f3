"""Slow clients are closed in time, and WeChat does not notice them; the twin is in test_front."""

from triagebot.faults import slow


def test_slow_clients_are_closed_and_nobody_else_waits(load):
    tally = slow.run(load(200, 7, rate=30))
    assert tally.rounds == 200
    assert tally.acked > 100
    assert (tally.lost, tally.different, tally.doubled, tally.faults) == (0, 0, 0, [])
