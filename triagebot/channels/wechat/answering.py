"""Gets the reply to a message in time, or sees to it that it goes out later, never both.

The way of a reply is decided in the store, so that it does not matter which process gets which
delivery: the first delivery carries it, unless its time is up or the reply is too long for one
message; a redelivery carries the same, unless it has gone, or is going, another way.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from triagebot import logs
from triagebot.domain.decision import Decision
from triagebot.domain.message import Inbound, Reply

log = logging.getLogger(__name__)


class Outcome(Protocol):
    """What became of a message."""

    @property
    def message_id(self) -> int:
        """The message's number in the store; 0 while only this node has it."""

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


class Ways(Protocol):
    """Where it is decided, once for all processes, which way a reply goes."""

    def can_send(self, channel: str) -> bool:
        """Whether replies may go out beside the fans' own requests."""

    async def take(self, outcome: Outcome) -> bool:
        """Say that a redelivery carries the reply, and return whether that is so."""

    async def send_late(self, outcome: Outcome) -> bool:
        """Queue the reply to go out by itself, and return whether it goes that way."""

    async def hold(self, outcome: Outcome) -> None:
        """Leave the reply to redeliveries while they may still come, then queue it."""


class _Wait(Enum):
    ON = "on"
    ACKNOWLEDGED = "acknowledged"
    REFUSED = "refused"


@dataclass(slots=True)
class _Delivery:
    """One delivery, and whether somebody still waits for its end."""

    inbound: Inbound
    fits: Callable[[Reply], bool]
    wait: _Wait = _Wait.ON


class Answering:
    """Waits for the intake, but not too long. Without `ways` all replies go inside requests."""

    def __init__(self, intake: Intake, ways: Ways | None = None) -> None:
        self._intake = intake
        self._ways = ways
        self._tasks: set[asyncio.Task[Outcome | None]] = set()

    async def answer(
        self,
        inbound: Inbound,
        *,
        seconds: float,
        may_be_late: bool,
        fits: Callable[[Reply], bool] = bool,
    ) -> Outcome | None:
        """Return the outcome to answer with now, or None when nothing is to be shown now.

        The work goes on when the caller is cancelled or the `seconds` are up. Raises TimeoutError
        then, unless the message may be acknowledged before it is recorded, and what the intake
        raises.
        """
        delivery = _Delivery(inbound, fits)
        task = asyncio.create_task(self._settle(delivery))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        if await _ends_within(task, seconds):
            outcome = task.result()
            if outcome and outcome.reply:
                logs.step("answered", message=outcome.message_id)
            return outcome
        task.add_done_callback(_report)
        if may_be_late and self._ways_of(inbound):
            delivery.wait = _Wait.ACKNOWLEDGED
            return None
        delivery.wait = _Wait.REFUSED
        raise TimeoutError

    async def drain(self) -> None:
        """Wait until everything begun has ended; for a server that is going down."""
        while self._tasks:
            await asyncio.wait(self._tasks)
            await asyncio.sleep(0)

    async def _settle(self, delivery: _Delivery) -> Outcome | None:
        outcome = await self._intake.accept(delivery.inbound)
        ways = self._ways_of(delivery.inbound)
        if ways is None or not outcome.reply or not outcome.message_id:
            return outcome
        if delivery.wait is not _Wait.ON:
            if not outcome.duplicate:  # else it is the affair of the delivery that recorded it
                await (ways.hold if delivery.wait is _Wait.REFUSED else ways.send_late)(outcome)
            return None
        if not delivery.fits(outcome.reply) and await ways.send_late(outcome):
            return None
        if outcome.duplicate and not await ways.take(outcome):
            return None
        return outcome

    def _ways_of(self, inbound: Inbound) -> Ways | None:
        return self._ways if self._ways and self._ways.can_send(inbound.channel) else None


async def _ends_within(task: asyncio.Task[Outcome | None], seconds: float) -> bool:
    """Wait for a task without cancelling it; `asyncio.wait` for many takes twice the time."""
    loop = asyncio.get_running_loop()
    over: asyncio.Future[None] = loop.create_future()

    def end(_: object = None) -> None:
        if not over.done():
            over.set_result(None)

    timer = loop.call_later(max(seconds, 0.0), end)
    task.add_done_callback(end)
    try:
        await over
    finally:
        timer.cancel()
        task.remove_done_callback(end)
    return task.done()


def _report(task: asyncio.Task[Outcome | None]) -> None:
    if not task.cancelled() and (failure := task.exception()):
        log.critical("ALARM: a message failed after its time was up", exc_info=failure)
