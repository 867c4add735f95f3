"""A simulated server process that answers, dies and comes back; the code that answers is real."""

from __future__ import annotations

import asyncio
import itertools
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field

import msgspec

from triagebot.channels.wechat.answering import Answering, Outcome
from triagebot.domain.message import Inbound
from triagebot.errors import Busy
from triagebot.faults.mind import CountingMind
from triagebot.faults.simulated_store import SimulatedStore
from triagebot.intake.accept import Intake

DEADLINE = 4.5

_numbers = itertools.count()


@dataclass(slots=True)
class World:
    """What the outside sees: each answer with its seconds, and who holds what."""

    answers: dict[str, list[tuple[str, float]]] = field(default_factory=lambda: defaultdict(list))
    holders: dict[int, int] = field(default_factory=dict)
    double: int = 0
    crashes: int = 0
    unseen: int = 0


class Node:
    """One server process: it answers, dies, and comes back."""

    def __init__(self, build: Callable[[], SimulatedStore], planted: str, world: World) -> None:
        self._build = build
        self._planted = planted
        self._world = world
        # Ordered, unlike a set: the same seed must give the same evening.
        self._open: dict[asyncio.Task[str], None] = {}
        self.start()

    def start(self) -> None:
        """Come up, with nothing remembered."""
        self.store: SimulatedStore | None = self._build()
        self._answering = Answering(Intake(self.store, CountingMind(), self.store.clock))

    def crash(self) -> None:
        """Die: every open request ends without an answer."""
        if self.store is not None:
            self._world.crashes += 1
            self.store.crash()
            self.store = None
            for task in list(self._open):
                task.cancel()

    async def receive(self, inbound: Inbound) -> str:
        """Return the body of a 200. Raises `Busy` for a 503 and `ConnectionError` at a crash."""
        if self.store is None:
            raise ConnectionError
        task = asyncio.create_task(self._answer(inbound))
        self._open[task] = None
        task.add_done_callback(lambda done: self._open.pop(done, None))
        try:
            return await task
        except asyncio.CancelledError:
            raise ConnectionError from None
        except TimeoutError:
            raise Busy("The time is up.") from None

    async def _answer(self, inbound: Inbound) -> str:
        seconds = 1000.0 if self._planted == "no deadline" else DEADLINE
        if self._planted == "no key":
            inbound = msgspec.structs.replace(inbound, key=f"{inbound.key}/{next(_numbers)}")
        return await self._answering.answer(inbound, _words, seconds=seconds, may_be_late=False)


def _words(outcome: Outcome | None) -> str:
    return outcome.reply.text if outcome else ""
