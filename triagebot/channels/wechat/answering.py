"""Gets the reply to a message in time, or sees to it that it goes out later."""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Protocol

from triagebot.domain.decision import Decision
from triagebot.domain.message import Inbound, Reply

log = logging.getLogger(__name__)

_REMEMBERED = 10_000


class Outcome(Protocol):
    """What became of a message."""

    @property
    def reply(self) -> Reply:
        """What the fan gets back."""

    @property
    def duplicate(self) -> bool:
        """Whether the message had been recorded before."""

    @property
    def decision(self) -> Decision:
        """What was decided, and why."""


class Intake(Protocol):
    """Whoever records messages and decides on them."""

    async def accept(self, inbound: Inbound) -> Outcome:
        """Record the message and decide; once it returns, the message is safe."""


Late = Callable[[Outcome], Awaitable[None]]


class Answering:
    """Waits for the intake, but not too long; a reply goes out now or late, never both."""

    def __init__(self, intake: Intake, late: Late | None = None) -> None:
        self._intake = intake
        self._late = late
        self._tasks: set[asyncio.Task[Outcome]] = set()
        self._sending: set[asyncio.Task[None]] = set()
        self._given_up: OrderedDict[tuple[str, str, str], None] = OrderedDict()

    async def answer(
        self, inbound: Inbound, *, seconds: float, may_be_late: bool
    ) -> Outcome | None:
        """Return the outcome, or None when it goes out late.

        The work goes on when the caller is cancelled or the `seconds` are up. Raises
        TimeoutError then, if nothing may go out late, and what the intake raises.
        """
        task = asyncio.create_task(self._accept(inbound))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        done, _ = await asyncio.wait({task}, timeout=max(seconds, 0.0))
        if done:
            outcome = task.result()
            return None if _identity(inbound) in self._given_up else outcome
        if not (may_be_late and self._late):
            task.add_done_callback(_report)
            raise TimeoutError
        self._give_up(inbound)
        task.add_done_callback(lambda done: self._finish_late(done, inbound))
        return None

    def deliver_late(self, outcome: Outcome) -> None:
        """Hand over an outcome whose reply cannot go out at once; a duplicate's already has."""
        if self._late is None or outcome.duplicate or not outcome.reply:
            return
        task = asyncio.create_task(self._send(self._late, outcome))
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)

    async def drain(self) -> None:
        """Wait until everything begun has ended; for a server that is going down."""
        while self._tasks or self._sending:
            await asyncio.wait({*self._tasks, *self._sending})
            await asyncio.sleep(0)  # callbacks of the last one may begin another

    async def _accept(self, inbound: Inbound) -> Outcome:
        return await self._intake.accept(inbound)

    async def _send(self, late: Late, outcome: Outcome) -> None:
        try:
            await late(outcome)
        except Exception:
            log.exception("ALARM: a late reply was not handed over")

    def _finish_late(self, task: asyncio.Task[Outcome], inbound: Inbound) -> None:
        _report(task)
        if task.cancelled() or task.exception():
            self._given_up.pop(_identity(inbound), None)  # a redelivery may do better
            return
        self.deliver_late(task.result())

    def _give_up(self, inbound: Inbound) -> None:
        self._given_up[_identity(inbound)] = None
        if len(self._given_up) > _REMEMBERED:
            self._given_up.popitem(last=False)


def _identity(inbound: Inbound) -> tuple[str, str, str]:
    return inbound.channel, inbound.fan, inbound.key


def _report(task: asyncio.Task[Outcome]) -> None:
    if not task.cancelled() and (failure := task.exception()):
        log.critical("ALARM: a message failed after its time was up", exc_info=failure)
