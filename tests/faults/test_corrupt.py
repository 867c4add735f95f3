"""Damaged files: nothing altered is shown as true."""

from pathlib import Path

import pytest

from triagebot.errors import BadInput
from triagebot.faults import corrupt
from triagebot.faults.plan import Plan
from triagebot.store import backup, engines, schema


def test_no_altered_message_is_shown_as_true():
    tally = corrupt.run(Plan(100, 11))
    by_sqlite = tally.figures["found by SQLite's integrity_check"]
    assert tally.figures["found by `triagebot db check`"] > by_sqlite
    assert tally.figures["messages masked by their checksum"] > 5
    assert tally.figures["refused with a clear text"] > 0
    assert (tally.lost, tally.different, tally.faults) == (0, 0, [])


def test_without_checksums_altered_messages_are_shown():
    assert corrupt.run(Plan(30, 11, planted="no checksums")).different > 0


@pytest.fixture
async def store_file(sqlite_url, database):
    await database.close()
    return Path(sqlite_url.removeprefix("sqlite:///"))


def test_a_damaged_name_of_a_table_is_damage_and_no_crash(tmp_path, sqlite_url, store_file):
    content = store_file.read_bytes()
    place = content.index(b"ix_conversation_waiting")
    store_file.write_bytes(content[:place] + b"\xa0" + content[place + 1 :])
    assert backup.check_file(store_file)
    with pytest.raises(BadInput, match="damaged"):
        schema.upgrade(engines.parse(sqlite_url))
