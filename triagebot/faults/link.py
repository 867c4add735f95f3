"""Lets the line between nodes and their database be slow, stall, be cut, or keep breaking."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from triagebot.faults.outages import Outages
from triagebot.faults.plan import Load
from triagebot.faults.postgres import USER, PostgresServer
from triagebot.faults.tally import Tally
from triagebot.loadtest.address import free_port

KINDS = ("slow", "cut", "stalled", "unsteady")
SLOW_SECONDS = 0.3
"""For each packet and way: a commit needs several."""

STEADY_SECONDS = 0.5
AT_ONCE = 65_536


def run(plan: Load) -> Tally:
    """Disturb the line once a round, in turn in each way."""
    return _Disturbed(plan, Linked()).run()


class Linked(PostgresServer):
    """A database behind a line of our own."""

    def __init__(self) -> None:
        super().__init__()
        self.line = Line(self._port)

    @property
    def url(self) -> str:
        """Its address for nodes, at the other end of the line."""
        return f"postgresql+psycopg://{USER}@127.0.0.1:{self.line.port}/postgres"

    @property
    def plain_url(self) -> str:
        """Its own address, for who looks what is stored."""
        return f"postgresql://{USER}@127.0.0.1:{self._port}/postgres"


class Line:
    """Carries connections to a port of this machine; `delay` is in seconds for each packet."""

    def __init__(self, end: int) -> None:
        self.port = free_port()
        self.delay = 0.0
        self.flows = asyncio.Event()
        self.flows.set()
        self.takes = True
        self._end = end
        self._open: set[asyncio.StreamWriter] = set()
        self._carrying: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[None]:
        """Carry until the end of the block."""
        server = await asyncio.start_server(self._accept, "127.0.0.1", self.port)
        try:
            yield
        finally:
            server.close()
            self.cut()
            await asyncio.gather(*self._carrying)

    def cut(self) -> None:
        """End all connections in the middle of whatever they carry."""
        for writer in self._open:
            writer.transport.abort()

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._carry(reader, writer))
        self._carrying.add(task)
        task.add_done_callback(self._carrying.discard)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not self.takes:
            writer.transport.abort()
            return
        with suppress(OSError):
            there, back = await asyncio.open_connection("127.0.0.1", self._end)
            ends = {writer, back}
            self._open |= ends
            await asyncio.gather(self._pump(reader, back), self._pump(there, writer))
            self._open -= ends

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await reader.read(AT_ONCE):
                if self.delay:
                    await asyncio.sleep(self.delay)
                await self.flows.wait()
                writer.write(data)
                await writer.drain()
        writer.close()


class _Disturbed(Outages[Linked]):
    name = "link"
    lengths = (3.0, 12.0)

    async def _live(self) -> None:
        async with self.postgres.line.opened():
            await super()._live()

    async def disturb(self, number: int, length: float) -> None:
        """Disturb the line for so many seconds."""
        kind, line = KINDS[number % len(KINDS)], self.postgres.line
        self.tally.add(f"the line {kind}")
        if kind == "slow":
            line.delay = SLOW_SECONDS
        elif kind == "stalled":
            line.flows.clear()
        line.takes = kind != "cut"
        ends = asyncio.get_running_loop().time() + length
        while (left := ends - asyncio.get_running_loop().time()) > 0:
            if kind in ("cut", "unsteady"):
                line.cut()
            await asyncio.sleep(min(left, STEADY_SECONDS))
        line.delay, line.takes = 0.0, True
        line.flows.set()
