"""Damaged files: nothing altered is shown as true."""

from triagebot.faults import corrupt


def test_no_altered_message_is_shown_as_true():
    tally = corrupt.run(100, seed=11)
    by_sqlite = tally.figures["found by SQLite's integrity_check"]
    assert tally.figures["found by `triagebot db check`"] > by_sqlite
    assert tally.figures["messages masked by their checksum"] > 5
    assert tally.figures["refused with a clear text"] > 0
    assert (tally.lost, tally.different, tally.faults) == (0, 0, [])


def test_without_checksums_altered_messages_are_shown():
    assert corrupt.run(30, seed=11, planted="no checksums").different > 0
