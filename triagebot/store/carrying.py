"""Carries SQLite's log over into its file beside the writer, so that commits need not.

The log may begin anew only when all of it is carried over, which the writer's own connection sees
to when the log is long (`engines.LOG_PAGES`). By then this thread has done most of it, and what is
left takes little of the time in which fans wait.
"""

from __future__ import annotations

import logging
import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing

logger = logging.getLogger(__name__)

LOOK_SECONDS = 0.5
MANY = 2_000
"""Rows written since the last time; fewer are not worth a sync of the whole file."""


class Carrier:
    """Looks twice a second how many rows were ever `written` and carries them over if many."""

    def __init__(self, path: str, written: Callable[[], int]) -> None:
        self._path = path
        self._written = written
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="store-carrier", daemon=True)

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def stop(self) -> None:
        """End. Blocks until what is under way is done."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        carried = 0
        while not self._stopping.wait(LOOK_SECONDS):
            written = self._written()
            if written - carried >= MANY:
                carry(self._path)
                carried = written


def carry(path: str) -> None:
    """Carry over what nobody reads from the log of a file any more; waits for nobody."""
    try:
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            connection.execute("PRAGMA synchronous=FULL")
            connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
    except sqlite3.Error as error:
        # Nothing is lost: the log keeps what could not be carried over, and the writer tries too.
        logger.warning("The log could not be carried over: %s", error.sqlite_errorname)
