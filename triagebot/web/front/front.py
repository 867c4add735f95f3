"""Opens connections, counts them, and closes those that do not bring their request in time."""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from email.utils import formatdate

from triagebot.web.front.connection import Connection
from triagebot.web.front.exchange import Answerer

log = logging.getLogger(__name__)

SWEEP_SECONDS = 0.5

PassOn = Callable[[asyncio.Transport, bytes], asyncio.Protocol | None]
"""Takes a connection with its first bytes; returns the protocol that serves it, or None when the
connection was given away."""

Measure = Callable[[str, str, int, float], None]


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of what strangers may hold: seconds, bytes, connections.

    `receive` is from the first byte of a request to its last; `large` is for a body above `body`
    bytes, which only the application takes; `idle` is between two requests.
    """

    receive: float = 5.0
    large: float = 60.0
    idle: float = 75.0
    head: int = 16_384
    body: int = 65_536
    connections: int = 8192


class Front:
    """Makes the protocols of a listening socket.

    Requests whose target begins with `prefix` go to `answerer`, all others to `pass_on`.
    `measure` is told the method, route, status and seconds of each answered request.
    """

    def __init__(
        self,
        prefix: str,
        answerer: Answerer,
        pass_on: PassOn,
        measure: Measure,
        limits: Limits | None = None,
    ) -> None:
        self.starts = (f"POST {prefix}".encode(), f"GET {prefix}".encode())
        self.prefix = prefix
        self.route = f"{prefix}{{account}}"
        self.answerer = answerer
        self.pass_on = pass_on
        self.measure = measure
        self.limits = limits or Limits()
        self.date = b""
        self.open: set[Connection] = set()
        self._receiving: OrderedDict[Connection, float] = OrderedDict()
        self._idle: OrderedDict[Connection, float] = OrderedDict()
        self._loop = asyncio.get_running_loop()
        self._closed = False
        self._sweep()

    def __call__(self) -> Connection:
        """Return the protocol of a new connection."""
        return Connection(self, self._loop)

    def adopt(self, transport: asyncio.Transport) -> Connection:
        """Return the protocol of a connection that another process has accepted."""
        connection = self()
        connection.connection_made(transport)
        return connection

    def enter(self, connection: Connection) -> None:
        """Count a new connection; with too many open, the one that has waited longest goes."""
        self.open.add(connection)
        if len(self.open) > self.limits.connections:
            longest = next(iter(self._receiving), None) or next(iter(self._idle), connection)
            longest.drop()
        self.receiving(connection)

    def leave(self, connection: Connection) -> None:
        """Forget a connection that is closed."""
        self.open.discard(connection)
        self.settled(connection)

    def receiving(self, connection: Connection, extra: float = 0.0) -> None:
        """Note that a request has begun to come, if it had not; `extra` seconds are granted."""
        self._idle.pop(connection, None)
        self._receiving[connection] = extra + self._receiving.get(connection, self._loop.time())

    def settled(self, connection: Connection) -> None:
        """Note that a request has come whole."""
        self._receiving.pop(connection, None)
        self._idle.pop(connection, None)

    def idle(self, connection: Connection) -> None:
        """Note that a request has been answered and none has begun."""
        self._idle[connection] = self._loop.time()

    async def close(self, seconds: float = 5.0) -> None:
        """Close what is idle, and the others once they are answered, `seconds` at the most."""
        self._closed = True
        for connection in list(self.open):
            connection.close_soon()
        until = self._loop.time() + seconds
        while self.open and self._loop.time() < until:  # noqa: ASYNC110 - many may close at once
            await asyncio.sleep(0.02)
        for connection in list(self.open):
            connection.drop()

    def _sweep(self) -> None:
        self.date = formatdate(usegmt=True).encode()
        now = self._loop.time()
        late = [one for one, at in self._receiving.items() if at + self.limits.receive < now]
        for connection in late:
            connection.late()
        for connection, at in list(self._idle.items()):
            if at + self.limits.idle > now:
                break
            connection.drop()
        if late:
            log.warning("%d connections closed: their requests came too slowly", len(late))
        if not self._closed:
            self._loop.call_later(SWEEP_SECONDS, self._sweep)
