"""Reports may read a copy; when it is away they say so, and nothing else suffers."""

import pytest
from sqlalchemy.exc import DatabaseError

from triagebot.errors import Busy
from triagebot.store import audit_log
from triagebot.store.replica import Replica


@pytest.fixture
async def replica(any_database, any_url):
    copy = Replica(any_url)
    await copy.start()
    yield copy
    await copy.close()


async def test_it_reads_what_was_committed(any_database, replica, clock):
    await any_database.write(audit_log.note, "test", "deed", clock())
    assert [row.what for row in await replica.read(audit_log.newest)] == ["deed"]


async def test_nothing_can_be_written_to_it(replica, clock):
    with pytest.raises((Busy, DatabaseError), match=r"cannot be read|read-only|readonly"):
        await replica.read(audit_log.note, "test", "deed", clock())


async def test_one_that_is_away_is_busy():
    pytest.importorskip("psycopg")
    copy = Replica("postgresql://x@127.0.0.1:1/none")
    with pytest.raises(Busy):
        await copy.read(audit_log.newest)
    await copy.start()
    with pytest.raises(Busy):
        await copy.read(audit_log.newest)
    await copy.close()
