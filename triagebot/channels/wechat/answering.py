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
from functools import partial
from typing import Generic, Protocol, TypeVar

from triagebot import logs
from triagebot.domain.decision import Decision
from triagebot.domain.message import Inbound, Reply

log = logging.getLogger(__name__)

Shown = TypeVar("Shown")


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


Show = Callable[[Outcome | None], Shown]
"""Makes of an outcome, or of none, what the caller waits for."""


@dataclass(slots=True)
class _Delivery(Generic[Shown]):
    """One delivery, and whether somebody still waits for its end."""

    inbound: Inbound
    show: Show[Shown]
    may_be_late: bool
    fits: Callable[[Reply], bool]
    end: asyncio.Future[Shown]
    wait: _Wait = _Wait.ON


class Answering:
    """Waits for the intake, but not too long. Without `ways` all replies go inside requests."""

    def __init__(self, intake: Intake, ways: Ways | None = None) -> None:
        self._intake = intake
        self._ways = ways
        self._tasks: set[asyncio.Task[Outcome | None]] = set()

    def answer(
        self,
        inbound: Inbound,
        show: Show[Shown],
        *,
        seconds: float,
        may_be_late: bool,
        fits: Callable[[Reply], bool] = bool,
    ) -> asyncio.Future[Shown]:
        """Return the end of it: what `show` makes of the outcome to answer with now, or of None.

        The work goes on when the end is cancelled or the `seconds` are up. It fails with
        TimeoutError then, unless the message may be acknowledged before it is recorded, and with
        what the intake raises. A future and callbacks, as another task for each message costs more.
        """
        loop = asyncio.get_running_loop()
        delivery = _Delivery(inbound, show, may_be_late, fits, loop.create_future())
        task = loop.create_task(self._settle(delivery))
        self._tasks.add(task)
        timer = loop.call_later(max(seconds, 0.0), self._give_up, delivery, task)
        task.add_done_callback(partial(self._ended, delivery, timer))
        return delivery.end

    def _give_up(self, delivery: _Delivery[Shown], task: asyncio.Task[Outcome | None]) -> None:
        """Let nobody wait any longer."""
        if task.done() or delivery.end.done():
            return
        if delivery.may_be_late and self._ways_of(delivery.inbound):
            delivery.wait = _Wait.ACKNOWLEDGED
            delivery.end.set_result(delivery.show(None))
        else:
            delivery.wait = _Wait.REFUSED
            delivery.end.set_exception(TimeoutError())

    def _ended(
        self,
        delivery: _Delivery[Shown],
        timer: asyncio.TimerHandle,
        task: asyncio.Task[Outcome | None],
    ) -> None:
        timer.cancel()
        self._tasks.discard(task)
        failure = asyncio.CancelledError() if task.cancelled() else task.exception()
        if delivery.end.done():
            if failure and not task.cancelled():
                log.critical("ALARM: a message failed after its time was up", exc_info=failure)
        elif failure:
            delivery.end.set_exception(failure)
        else:
            _hand_over(delivery, task.result())

    async def drain(self) -> None:
        """Wait until everything begun has ended; for a server that is going down."""
        while self._tasks:
            await asyncio.wait(self._tasks)
            await asyncio.sleep(0)

    async def _settle(self, delivery: _Delivery[Shown]) -> Outcome | None:
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


def _hand_over(delivery: _Delivery[Shown], outcome: Outcome | None) -> None:
    try:
        shown = delivery.show(outcome)
    except Exception as error:  # whoever waits must hear of it, and nobody else can
        delivery.end.set_exception(error)
        return
    if outcome and outcome.reply:
        logs.step("answered", message_id=outcome.message_id)
    delivery.end.set_result(shown)
