"""Breaks connections to PostgreSQL on which a transaction takes too long.

A server that is frozen, or a network that swallows everything, answers no cancel either; a thread
that waits for it would wait until the system gives up the connection, which takes minutes.
"""

from __future__ import annotations

import os
import socket
import threading
import time
from contextlib import suppress
from typing import Any

from sqlalchemy import Engine, event

LOOK_SECONDS = 0.25


class Patience:
    """Watches the connections of engines, from their checkout to their return."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._out: dict[Any, float] = {}
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="store-patience", daemon=True)

    def watch(self, engine: Engine, seconds: float) -> None:
        """Break each connection of an engine that is out for more than `seconds`."""

        def gone(connection: Any, *_: object) -> None:
            with self._lock:
                self._out.pop(connection, None)

        @event.listens_for(engine, "checkout")
        def _out(connection: Any, *_: object) -> None:
            with self._lock:
                self._out[connection] = time.monotonic() + seconds

        # Before a connection is closed, so that its number is never used for another socket.
        for moment in ("checkin", "invalidate", "soft_invalidate", "close"):
            event.listen(engine, moment, gone)

    def start(self) -> None:
        """Begin to watch."""
        self._thread.start()

    def stop(self) -> None:
        """End the watch."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        while not self._stopping.wait(LOOK_SECONDS):
            now = time.monotonic()
            with self._lock:
                for connection in [out for out, end in self._out.items() if end <= now]:
                    del self._out[connection]
                    _break(connection)


def _break(connection: Any) -> None:
    """End the line below the driver, whose own close could wait for the server."""
    with suppress(OSError, ValueError), socket.socket(fileno=os.dup(connection.fileno())) as line:
        line.shutdown(socket.SHUT_RDWR)
