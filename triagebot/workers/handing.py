"""Gives connections that are not a worker's business to the process that serves them."""

from __future__ import annotations

import array
import asyncio
import logging
import socket
from collections import deque
from collections.abc import Callable

from triagebot.workers.frames import HEADER, Frames

log = logging.getLogger(__name__)

PATIENCE = 1.0
_AT_ONCE = 16

Take = Callable[[socket.socket, bytes], None]
"""Gets a connection and the bytes that came on it already."""


def give(channel: socket.socket, transport: asyncio.Transport, data: bytes) -> None:
    """Send a connection through `channel`; the caller closes its own copy.

    A process that does not take it within `PATIENCE` seconds loses the connection.
    """
    descriptor = transport.get_extra_info("socket").fileno()
    channel.settimeout(PATIENCE)
    try:
        header = len(data).to_bytes(HEADER, "big")
        rights = (socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [descriptor]))
        channel.sendmsg([header], [rights])
        channel.sendall(data)
    except OSError:
        log.exception("a connection could not be passed on")


class Taking:
    """Takes connections from a channel until it is closed."""

    def __init__(self, channel: socket.socket, take: Take) -> None:
        self._channel = channel
        self._take = take
        self._frames = Frames()
        self._sockets: deque[socket.socket] = deque()
        channel.setblocking(False)
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(channel.fileno(), self._read)

    def close(self) -> None:
        """Stop."""
        if self._channel.fileno() >= 0:
            self._loop.remove_reader(self._channel.fileno())
            self._channel.close()

    def _read(self) -> None:
        try:
            data, descriptors, _, _ = socket.recv_fds(self._channel, 65_536, _AT_ONCE)
        except BlockingIOError:
            return
        except OSError:
            data, descriptors = b"", []
        self._sockets.extend(socket.socket(fileno=descriptor) for descriptor in descriptors)
        if not data:
            self.close()
            return
        for first in self._frames.feed(data):
            self._take(self._sockets.popleft(), first)
