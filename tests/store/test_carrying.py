import asyncio
import sqlite3
from contextlib import closing

from triagebot.store import audit_log, carrying
from triagebot.store.carrying import carry

ROWS = 30


def write_many(connection, now):
    for number in range(ROWS):
        audit_log.note(connection, "test", str(number), now)


def carried(path):
    """Count the rows of the file itself, without its log."""
    with closing(sqlite3.connect(f"file:{path}?immutable=1", uri=True)) as connection:
        return connection.execute("SELECT count(*) FROM audit_log").fetchone()[0]


async def test_many_rows_reach_the_file_while_the_writer_goes_on(
    database, sqlite_url, clock, monkeypatch
):
    monkeypatch.setattr(carrying, "MANY", ROWS)
    path = sqlite_url.removeprefix("sqlite:///")
    await database.write(write_many, clock())
    async with asyncio.timeout(30):
        while carried(path) < ROWS:  # noqa: ASYNC110 - a thread does it, and tells nobody
            await asyncio.sleep(0.02)
    await database.write(write_many, clock())
    assert len(await database.read(audit_log.newest)) == 2 * ROWS


async def test_few_rows_stay_in_the_log_until_somebody_carries_them(database, sqlite_url, clock):
    path = sqlite_url.removeprefix("sqlite:///")
    await database.write(write_many, clock())
    assert carried(path) == 0
    carry(path)
    assert carried(path) == ROWS


def test_a_file_that_cannot_be_carried_over_stops_nobody(tmp_path, caplog):
    path = tmp_path / "other.db"
    path.write_bytes(b"no database " * 1000)
    carry(str(path))
    assert "SQLITE_NOTADB" in caplog.text
