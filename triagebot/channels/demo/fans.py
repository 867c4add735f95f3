"""Send a trickle of messages from invented fans through the same door as real ones."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from importlib.resources import files
from typing import Protocol

from triagebot.channels.outbox import Receipt, Result
from triagebot.domain.message import Inbound, Kind
from triagebot.errors import TriagebotError
from triagebot.store.outbound_rows import OutboundRow

log = logging.getLogger(__name__)

CHANNEL = "demo"
NEWCOMERS = 0.7
"""How often somebody writes who has not written before."""


class Intake(Protocol):
    """Takes messages in."""

    def accept(self, inbound: Inbound) -> Awaitable[object]:
        """Store and answer one message."""


async def deliver(_text: OutboundRow) -> Receipt:
    """Say that an invented fan has read what an agent wrote."""
    return Receipt(Result.DELIVERED)


def demo_messages() -> list[str]:
    """Return the demo file's lines."""
    text = files(__package__).joinpath("messages.txt").read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line.strip()]


class SimulatedFans:
    """Fans who come and go; some write more than once.

    `pause` is the mean time between two messages of all fans together, in seconds.
    """

    def __init__(
        self,
        intake: Intake,
        clock: Callable[[], datetime],
        pause: float = 4.0,
        seed: int = 7,
    ) -> None:
        self._intake = intake
        self._clock = clock
        self._pause = pause
        self._random = random.Random(seed)  # noqa: S311 - invented fans need no secrets
        self._messages = demo_messages()
        self._sent = 0
        self._fans = 0
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin with a morning's pile, then go on with a trickle."""
        self._task = asyncio.create_task(self._write(), name="simulated fans")

    async def close(self) -> None:
        """Stop writing."""
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def send(self, text: str, fan: int) -> None:
        """Send one message of one fan."""
        self._sent += 1
        now = self._clock()
        key = f"{now.timestamp():.6f}-{self._sent}"
        await self._intake.accept(Inbound(CHANNEL, f"demo-{fan:04d}", key, Kind.TEXT, text, now))

    async def _write(self) -> None:
        for text in self._shuffled():
            await self._try(text)
        while True:
            for text in self._shuffled():
                await asyncio.sleep(self._random.expovariate(1 / self._pause))
                await self._try(text)

    async def _try(self, text: str) -> None:
        try:
            await self.send(text, self._somebody())
        except TriagebotError as error:
            log.warning("a simulated message was refused: %s", error.code)

    def _somebody(self) -> int:
        if not self._fans or self._random.random() < NEWCOMERS:
            self._fans += 1
            return self._fans
        return self._random.randint(max(1, self._fans - 30), self._fans)

    def _shuffled(self) -> Sequence[str]:
        return self._random.sample(self._messages, len(self._messages))
