import asyncio
import sqlite3
import threading
from contextlib import closing

import pytest
from sqlalchemy import text

from triagebot.errors import BadInput, Busy
from triagebot.store import audit_log, backup, events
from triagebot.store.database import Database

WHO = "test"


def note(connection, what, now):
    audit_log.note(connection, WHO, what, now)
    events.emit(connection, "noted", None, {"what": what})
    return what


def broken(connection, error):
    audit_log.note(connection, WHO, "lost", error[1])
    events.emit(connection, "noted", None, {"what": "lost"})
    if isinstance(error[0], str):
        connection.execute(text(error[0]))
    raise error[0]


async def noted(database):
    return sorted(row.what for row in await database.read(audit_log.newest))


async def emitted(database):
    rows = await database.read(events.read_after, 0)
    return sorted(row.payload["what"] for row in rows)


class Gate:
    """A job that holds the writer until it is let go, so that what follows is one group."""

    def __init__(self):
        self.entered = threading.Event()
        self.open = threading.Event()

    def __call__(self, connection):
        self.entered.set()
        assert self.open.wait(30)

    async def close_behind(self, database):
        job = asyncio.ensure_future(database.write(self))
        await asyncio.to_thread(self.entered.wait, 30)
        return job


async def test_a_write_is_on_disk_before_its_future_resolves(database, sqlite_url, clock):
    for number in range(20):
        await database.write(note, str(number), clock())
        with closing(sqlite3.connect(sqlite_url.removeprefix("sqlite:///"))) as other:
            (count,) = other.execute("SELECT count(*) FROM audit_log").fetchone()
        assert count == number + 1


async def test_a_store_its_log_and_its_copies_are_for_nobody_else_to_read(
    database, sqlite_url, clock, tmp_path
):
    copy, again = tmp_path / "copies" / "copy.db", tmp_path / "again.db"
    await database.write(note, "first", clock())
    backup.backup(sqlite_url, copy)
    backup.restore(f"sqlite:///{again}", copy)
    made = [*tmp_path.glob("*.db*"), copy]
    assert len(made) > 3
    assert [oct(path.stat().st_mode & 0o777) for path in made] == ["0o600"] * len(made)


async def test_sqlite_syncs_each_commit_and_keeps_foreign_keys(database):
    def settings(connection):
        return [
            connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        ]

    assert await database.write(settings) == ["wal", 2, 1]


@pytest.mark.parametrize(
    "error",
    [ValueError("bad"), "SELECT 1 FROM no_such_table", "INSERT INTO agent (id) VALUES (1)"],
    ids=["python", "sql", "constraint"],
)
async def test_one_failing_job_does_not_spoil_its_group(any_database, clock, error):
    gate = Gate()
    held = await gate.close_behind(any_database)
    jobs = [any_database.write(note, str(number), clock()) for number in range(4)]
    jobs.insert(2, any_database.write(broken, (error, clock())))
    group = asyncio.gather(*jobs, return_exceptions=True)
    await asyncio.sleep(0)
    gate.open.set()
    await held
    results = await group
    assert isinstance(results.pop(2), Exception)
    assert results == ["0", "1", "2", "3"]
    assert await noted(any_database) == ["0", "1", "2", "3"]
    assert await emitted(any_database) == ["0", "1", "2", "3"]


async def test_a_full_queue_is_busy_and_loses_nothing_that_was_taken(sqlite_url, clock):
    database = Database(sqlite_url, clock=clock, queue_limit=2)
    await database.start()
    gate = Gate()
    held = await gate.close_behind(database)
    taken = [asyncio.ensure_future(database.write(note, name, clock())) for name in "ab"]
    await asyncio.sleep(0)
    with pytest.raises(Busy):
        await database.write(note, "c", clock())
    gate.open.set()
    await asyncio.gather(held, *taken)
    assert await noted(database) == ["a", "b"]
    await database.close()


async def test_a_locked_file_is_busy_and_the_server_goes_on(sqlite_url, clock):
    database = Database(sqlite_url, clock=clock, lock_seconds=0.05)
    await database.start()
    with closing(sqlite3.connect(sqlite_url.removeprefix("sqlite:///"))) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(Busy):
            await database.write(note, "refused", clock())
        assert await noted(database) == []
        other.rollback()
    await database.write(note, "stored", clock())
    assert await noted(database) == ["stored"]
    await database.close()


async def test_close_finishes_what_waits_and_then_refuses(any_database, clock):
    jobs = [any_database.write(note, str(number), clock()) for number in range(30)]
    waiting = asyncio.gather(*jobs)
    await asyncio.sleep(0)
    await any_database.close()
    assert len(await waiting) == 30
    with pytest.raises(Busy):
        await any_database.write(note, "late", clock())
    with pytest.raises(Busy):
        await any_database.read(audit_log.newest)
    await any_database.start()
    assert len(await noted(any_database)) == 30


async def test_the_job_of_a_caller_that_went_away_still_runs(database, clock):
    gate = Gate()
    held = await gate.close_behind(database)
    caller = asyncio.ensure_future(database.write(note, "kept", clock()))
    await asyncio.sleep(0)
    caller.cancel()
    gate.open.set()
    await held
    await database.write(note, "next", clock())
    assert await noted(database) == ["kept", "next"]


async def test_listeners_hear_of_commits_with_events_only(any_database, clock):
    heard = []

    def fails():
        raise ValueError

    any_database.on_commit(fails)
    any_database.on_commit(lambda: heard.append(1))
    await any_database.write(audit_log.note, WHO, "quiet", clock())
    assert heard == []
    await any_database.write(note, "loud", clock())
    assert heard == [1]


async def test_two_nodes_that_want_the_same_rows_never_wait_for_each_other(
    new_postgres_url, clock, caplog
):
    nodes = [Database(new_postgres_url, clock=clock, lock_seconds=60) for _ in range(2)]
    for node in nodes:
        await node.start()
        await node.write(audit_log.note, WHO, "row", clock())
    meeting = threading.Barrier(2, timeout=20)
    met = set()

    def lock(connection, node, row, first):
        connection.exec_driver_sql("UPDATE audit_log SET who = 'x' WHERE id = %s", (row,))
        if first and node not in met:
            met.add(node)
            meeting.wait()
        return row

    gates = [Gate(), Gate()]
    held = [await gate.close_behind(node) for gate, node in zip(gates, nodes, strict=True)]
    jobs = []
    for number, (node, rows) in enumerate(zip(nodes, [(1, 2), (2, 1)], strict=True)):
        jobs += [node.write(lock, number, row, row == rows[0]) for row in rows]
    both = asyncio.gather(*jobs)
    await asyncio.sleep(0)
    for gate in gates:
        gate.open.set()
    await asyncio.gather(*held)
    assert await both == [1, 2, 2, 1]
    assert "given up" not in caplog.text  # PostgreSQL had to break no deadlock
    for node in nodes:
        await node.close()


@pytest.mark.parametrize("url", ["", "nonsense", "sqlite://", "sqlite:///:memory:", "mysql://x/y"])
def test_a_url_of_no_use_is_refused(url, clock):
    with pytest.raises(BadInput):
        Database(url, clock=clock)


async def test_a_server_that_is_away_is_busy(clock):
    pytest.importorskip("psycopg")
    with pytest.raises(Busy):
        await Database("postgresql://x@127.0.0.1:1/none", clock=clock).start()
