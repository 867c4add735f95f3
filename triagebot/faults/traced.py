"""A server that knows where its memory was allocated, for a soak in which it grows.

`python -m triagebot.faults.traced FOLDER MODULE …` runs a module so. On SIGUSR1 it looks for the
first time; on the next one it writes what was allocated in between and is still there, and how much
more SQLite holds, of whose memory Python knows nothing. Tracing costs half of the speed, so this is
no way to serve.
"""

from __future__ import annotations

import _sqlite3
import ctypes
import os
import runpy
import signal
import sys
import time
import tracemalloc
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from triagebot.loadtest.usage import tree

FRAMES = 4
LINES = 40
WAIT_SECONDS = 60.0


def program(folder: Path, untraced: Sequence[str]) -> list[str]:
    """Return a program (Python, `-m`, module, …) as one that is traced and writes to `folder`."""
    python, option, *rest = untraced
    return [python, option, "triagebot.faults.traced", str(folder), *rest]


def look(pid: int) -> None:
    """Let a traced server and its workers look."""
    for process in tree(pid):
        os.kill(process, signal.SIGUSR1)


def ask(folder: Path, pid: int) -> str:
    """Let them look again; return what they found within a minute."""
    look(pid)
    files = [_file(folder, process) for process in tree(pid)]
    until = time.monotonic() + WAIT_SECONDS
    while not all(file.exists() for file in files) and time.monotonic() < until:
        time.sleep(0.2)
    return "\n".join(file.read_text(encoding="utf-8") for file in files if file.exists())


def _file(folder: Path, pid: int) -> Path:
    return folder / f"trace.{pid}"


def _look_at(folder: Path) -> None:
    """Look whenever the signal comes."""
    first: list[tuple[tracemalloc.Snapshot, int]] = []

    def heard(_number: int, _frame: Any) -> None:
        now, held = tracemalloc.take_snapshot(), _held_by_sqlite()
        if first:
            snapshot, before = first[0]
            _write(folder, now.compare_to(snapshot, "traceback"), (before, held))
        first[:] = [(now, held)]

    signal.signal(signal.SIGUSR1, heard)


def _held_by_sqlite() -> int:
    """Return the bytes that SQLite has allocated: pages, statements, what it sorts."""
    used = ctypes.CDLL(_sqlite3.__file__).sqlite3_memory_used
    used.restype = ctypes.c_int64
    return int(used())


def _write(
    folder: Path, found: Sequence[tracemalloc.StatisticDiff], sqlite: tuple[int, int]
) -> None:
    """Write where most was allocated and kept; the file is there when it is whole."""
    grown = sum(one.size_diff for one in found)
    before, after = (size / 1e6 for size in sqlite)
    lines = [f"process {os.getpid()}: Python {grown / 1e6:+.3f} MB"]
    lines += [f"  SQLite from {before:.3f} to {after:.3f} MB"]
    for one in found[:LINES]:
        lines.append(f"{one.size_diff / 1e3:+10.1f} KB  {one.count_diff:+8d} blocks")
        lines += one.traceback.format(most_recent_first=True)
    unfinished = folder / f"unfinished.{os.getpid()}"
    unfinished.write_text("\n".join(lines) + "\n", encoding="utf-8")
    unfinished.rename(_file(folder, os.getpid()))


def main() -> None:
    """Run a module traced, and its workers too."""
    from triagebot.app import listening

    folder, module = sys.argv[1:3]
    del sys.argv[1:3]
    worker: Any = ("-m", "triagebot.faults.traced", folder, *listening.WORKER[1:])
    listening.WORKER = worker
    _look_at(Path(folder))
    tracemalloc.start(FRAMES)
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
