"""Starts the workers, starts them again when they die, and stops them when their work is done."""

from __future__ import annotations

import asyncio
import logging
import signal
import socket
import sys
from collections.abc import Awaitable, Callable, Sequence

from triagebot.workers.handing import Take, Taking
from triagebot.workers.serving import Serving

log = logging.getLogger(__name__)

STOP_SECONDS = 8.0
LEAST_PAUSE = 0.1
LONGEST_PAUSE = 5.0
HEALTHY_SECONDS = 10.0

Sockets = Sequence[socket.socket]
StandIn = Callable[[Sockets], Awaitable[Callable[[], None]]]
"""Takes requests in from sockets, until the returned function is called."""


class Crew:
    """As many workers as there are `listening` groups of sockets.

    `command` is run by this Python with the descriptors' numbers behind it and `settings` on its
    standard input. While a worker starts, at first or after a crash, `stand_in` serves its sockets.
    """

    def __init__(
        self,
        command: Sequence[str],
        settings: bytes,
        listening: Sequence[Sockets],
        serving: Callable[[], Serving],
        take: Take,
        stand_in: StandIn,
    ) -> None:
        self._stand_in = stand_in
        self._command = [sys.executable, *command]
        self._settings = settings
        self._listening = listening
        self._serving = serving
        self._take = take
        self._keepers: list[asyncio.Task[None]] = []
        self.processes: dict[int, asyncio.subprocess.Process] = {}

    async def start(self) -> None:
        """Start all workers."""
        loop = asyncio.get_running_loop()
        for place, sockets in enumerate(self._listening):
            task = loop.create_task(self._keep(place, sockets), name=f"worker {place}")
            self._keepers.append(task)

    async def close(self) -> None:
        """Let all workers finish what they have taken in, then end them."""
        for task in self._keepers:
            task.cancel()
        await asyncio.gather(*self._keepers, return_exceptions=True)
        await asyncio.gather(*map(_stop, self.processes.values()))

    async def _keep(self, place: int, sockets: Sockets) -> None:
        pause = LEAST_PAUSE
        clock = asyncio.get_running_loop().time
        while True:
            began = clock()
            code = await self._run(place, sockets)
            pause = LEAST_PAUSE if clock() - began > HEALTHY_SECONDS else pause
            log.error("ALARM: worker %d ended with code %d; it starts again", place, code)
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)

    async def _run(self, place: int, sockets: Sockets) -> int:
        """Run one worker until it ends, and return its exit code."""
        relieve = await self._stand_in(sockets)
        try:
            process, serving, taking = await self._begin(sockets)
            self.processes[place] = process
            ended = asyncio.ensure_future(process.wait())
            ready = asyncio.ensure_future(serving.ready.wait())
            await asyncio.wait({ended, ready}, return_when=asyncio.FIRST_COMPLETED)
            ready.cancel()
        finally:
            relieve()
        code = await ended
        taking.close()
        return code

    async def _begin(self, sockets: Sockets) -> tuple[asyncio.subprocess.Process, Serving, Taking]:
        line, their_line = socket.socketpair()
        channel, giving = socket.socketpair()
        numbers = [each.fileno() for each in (their_line, giving, *sockets)]
        process = await asyncio.create_subprocess_exec(
            *self._command,
            *map(str, numbers),
            stdin=asyncio.subprocess.PIPE,
            pass_fds=numbers,
        )
        their_line.close()
        giving.close()
        line.setblocking(False)
        loop = asyncio.get_running_loop()
        _, serving = await loop.connect_accepted_socket(self._serving, line)
        taking = Taking(channel, self._take)
        assert process.stdin is not None  # noqa: S101 - it was asked for
        process.stdin.write(self._settings)
        process.stdin.close()
        return process, serving, taking


async def _stop(process: asyncio.subprocess.Process) -> None:
    if process.returncode is not None:
        return
    process.send_signal(signal.SIGTERM)
    try:
        await asyncio.wait_for(process.wait(), STOP_SECONDS)
    except TimeoutError:
        log.error("a worker did not end in time and is killed")
        process.kill()
        await process.wait()
