"""A copy made under load brings back all that was acknowledged before it was begun."""

import multiprocessing
import shutil
import sqlite3
from contextlib import closing

from triagebot.faults import drill
from triagebot.store import backup


def copy_of_the_file_alone(url, target):
    """The planted fault: what an administrator does without reading."""
    shutil.copy(backup.sqlite_file(url), target)
    return target.stat().st_size


def test_a_drill_brings_everything_back(tmp_path, promoted_models):
    tally = drill.run(11, tmp_path, promoted_models, rows=1000)
    assert tally.acked > 100
    assert tally.figures["redelivered after an answer"] == min(100, tally.acked)
    assert (tally.lost, tally.different, tally.doubled, tally.faults) == (0, 0, 0, [])


def test_a_copy_of_the_file_without_its_log_shows(tmp_path, promoted_models):
    assert drill.run(11, tmp_path, promoted_models, copy=copy_of_the_file_alone).lost > 0


def write_without_end(path, begun):
    with closing(sqlite3.connect(path, isolation_level=None, timeout=10)) as connection:
        while True:
            connection.execute("INSERT INTO t VALUES ('x')")
            begun.set()


def test_a_large_store_is_copied_while_another_process_writes(tmp_path):
    path = tmp_path / "live.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("CREATE TABLE t (a)")
        with connection:
            connection.executemany("INSERT INTO t VALUES (?)", [("x" * 1000,)] * 20_000)
    context = multiprocessing.get_context("spawn")
    begun = context.Event()
    writer = context.Process(target=write_without_end, args=(path, begun), daemon=True)
    writer.start()
    try:
        assert begun.wait(60)
        assert backup.backup(f"sqlite:///{path}", tmp_path / "copy.db") > 20_000_000
    finally:
        writer.kill()
        writer.join()
