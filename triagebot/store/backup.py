"""Copy a SQLite store while it runs, check one, and put a copy back."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from triagebot.errors import BadInput, Conflict
from triagebot.store import checksums, engines, private_file


def sqlite_file(url: str) -> Path:
    """Return the file of a SQLite URL. Raises `BadInput` for PostgreSQL: it has its own tools."""
    parsed = engines.parse(url)
    if parsed.get_backend_name() != "sqlite":
        raise BadInput("PostgreSQL is backed up with pg_dump and restored with pg_restore.")
    return Path(parsed.database or "")


def backup(url: str, target: Path) -> int:
    """Copy the store into a new file by SQLite's backup interface; return its size in bytes.

    The copy is one consistent moment, also while messages come in. Raises `Conflict` when the
    target exists.
    """
    source = sqlite_file(url)
    if target.exists():
        raise Conflict(f"{target} exists; choose a new name")
    if not source.is_file():
        raise BadInput(f"{source}: there is no database yet")
    draft = target.with_name(f".{target.name}.part")
    private_file.make(draft)
    with (
        closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as live,
        closing(sqlite3.connect(draft)) as copy,
    ):
        # In one step: between steps a writer of another process would make it begin anew, for ever.
        live.backup(copy, pages=-1)
        copy.execute("PRAGMA journal_mode=DELETE")
    with draft.open("rb+") as file:
        os.fsync(file.fileno())
    draft.rename(target)
    return target.stat().st_size


def restore(url: str, source: Path) -> None:
    """Make a copy the store. Raises `Conflict` when there is one, `BadInput` for a bad copy."""
    target = sqlite_file(url)
    if target.exists():
        raise Conflict(f"{target} exists; restore only into an empty place")
    problems = check_file(source)
    if problems:
        raise BadInput(f"{source} is damaged: {problems[0]}")
    private_file.make(target)
    with (
        closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as copy,
        closing(sqlite3.connect(target)) as live,
    ):
        copy.backup(live)


def check_file(path: Path) -> list[str]:
    """Return what is wrong with a file, by SQLite's checks and the messages' own checksums."""
    if not path.is_file():
        return [f"{path} is not there"]
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
            connection.text_factory = engines.lenient
            rows = connection.execute("PRAGMA integrity_check(20)").fetchall()
            problems = [text for (text,) in rows if text != "ok"]
            return problems or [f"message {number} was altered" for number in _altered(connection)]
    except sqlite3.DatabaseError as error:
        return [str(error)]
    except UnicodeDecodeError:  # the driver reads SQLite's words, which name what is damaged
        return ["the names of its tables are damaged"]


def _altered(connection: sqlite3.Connection) -> list[object]:
    """Return the ids of messages that are not as they were written."""
    columns = {row[1] for row in connection.execute("PRAGMA table_info(message)")}
    if "crc" not in columns:  # from before there were checksums
        return []
    names = ", ".join(f'"{name}"' for name in (*checksums.COVERED, "crc"))
    rows = connection.execute(f"SELECT {names} FROM message WHERE crc IS NOT NULL")  # noqa: S608
    return [row[0] for row in rows if checksums.of(row[:-1]) != row[-1]]
