"""Wakes the other nodes after a commit: one `NOTIFY` for many commits, never inside one.

`NOTIFY` takes a lock on the whole database when its transaction commits. So it has a connection
and a transaction of its own, and goes out at most once in `SECONDS`. It is only a knock: who
hears it reads the events after its cursor, and who misses it does so a second later.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

import psycopg
from sqlalchemy.engine import URL

log = logging.getLogger(__name__)

SECONDS = 0.2
AGAIN_SECONDS = 1.0
CONNECT_SECONDS = 2


class Bell:
    """Rings for other nodes and calls `heard`, from its thread, when another node rings."""

    def __init__(self, url: URL, heard: Callable[[], None]) -> None:
        self._address = url.set(drivername="postgresql").render_as_string(hide_password=False)
        self._heard = heard
        self._rung = threading.Event()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="store-bell", daemon=True)

    def start(self) -> None:
        """Begin to listen."""
        self._thread.start()

    def ring(self) -> None:
        """Tell the others, soon."""
        self._rung.set()

    def stop(self) -> None:
        """End; a server that does not answer is not waited for."""
        self._stopping.set()
        self._thread.join(2 * SECONDS)

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                with psycopg.connect(
                    self._address, autocommit=True, connect_timeout=CONNECT_SECONDS
                ) as connection:
                    self._listen(connection)
            except psycopg.Error as error:
                # Screens follow by their cursor meanwhile.
                log.warning("other nodes are not heard now: %s", type(error).__name__)
                self._stopping.wait(AGAIN_SECONDS)

    def _listen(self, connection: psycopg.Connection) -> None:
        connection.execute("LISTEN triagebot")
        own = connection.info.backend_pid
        while not self._stopping.is_set():
            if self._rung.is_set():
                self._rung.clear()
                connection.execute("NOTIFY triagebot")
            for knock in connection.notifies(timeout=SECONDS):
                if knock.pid != own:
                    self._heard()
