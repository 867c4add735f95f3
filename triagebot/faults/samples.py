"""Looks from outside at what a running server uses: memory, descriptors, threads, its store."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from triagebot.loadtest.usage import tree

_STATUS = re.compile(r"^(VmRSS|RssAnon|Threads):\s+(\d+)", re.MULTILINE)
_STORE = "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size"


@dataclass(frozen=True, slots=True)
class Sample:
    """One look, `at` seconds after the first message.

    `memory` is the resident set of all processes, `anonymous` the part of it that no file backs;
    `store` is how large the database is, `log` the file that it writes ahead, in bytes. `rows` are
    the messages stored, `each` the resident set of every process, the main one first.
    """

    at: float
    memory: int
    anonymous: int
    files: int
    threads: int
    store: int
    log: int
    rows: int
    each: Sequence[int] = ()


def look(at: float, pid: int, store: Path) -> Sample:
    """Look once at the process `pid`, all below it, and the SQLite file that they serve."""
    found = [status for process in tree(pid) if (status := _status(process))]
    size, rows = _stored(store)
    log = store.with_name(f"{store.name}-wal")
    each = [status["VmRSS"] * 1024 for status in found]
    return Sample(
        at,
        sum(each),
        sum(status["RssAnon"] * 1024 for status in found),
        sum(status["files"] for status in found),
        sum(status["Threads"] for status in found),
        size,
        log.stat().st_size if log.exists() else 0,
        rows,
        each,
    )


def _status(pid: int) -> dict[str, int]:
    """Return what the kernel says of a process; nothing when it has just ended."""
    place = Path("/proc") / str(pid)
    try:
        lines = dict(_STATUS.findall((place / "status").read_text(encoding="ascii")))
        files = sum(1 for _ in (place / "fd").iterdir())
    except OSError:
        return {}
    return {name: int(value) for name, value in lines.items()} | {"files": files}


def _stored(store: Path) -> tuple[int, int]:
    with closing(sqlite3.connect(f"file:{store}?mode=ro", uri=True)) as connection:
        (size,) = connection.execute(_STORE).fetchone()
        (rows,) = connection.execute("SELECT max(id) FROM message").fetchone()
    return size, rows or 0
