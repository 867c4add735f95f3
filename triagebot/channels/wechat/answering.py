"""Gets the reply to a message in time, or sees to it that it goes out later, never both.

The way of a reply is decided in the store, so that it does not matter which process gets which
delivery: the first delivery carries it, unless its time is up or the reply is too long for one
message; a redelivery carries the same, unless it has gone, or is going, another way.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import Enum
from functools import partial
from typing import Any, Generic, Protocol, TypeVar

from triagebot import logs
from triagebot.channels.wechat.deadlines import Deadlines
from triagebot.domain.decision import Decision
from triagebot.domain.message import Inbound, Reply

log = logging.getLogger(__name__)

Shown = TypeVar("Shown")

_FAILURES = (Exception, asyncio.CancelledError)


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

    def accept(self, inbound: Inbound) -> Awaitable[Outcome]:
        """Record the message and decide; once there is an outcome, the message is safe."""


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


@dataclass(slots=True, eq=False)
class _Delivery(Generic[Shown]):
    """One delivery, and whether somebody still waits for its end."""

    inbound: Inbound
    show: Show[Shown]
    may_be_late: bool
    fits: Callable[[Reply], bool]
    end: asyncio.Future[Shown]
    moment: int = 0
    wait: _Wait = _Wait.ON


class Answering:
    """Waits for the intake, but not too long. Without `ways` all replies go inside requests."""

    def __init__(self, intake: Intake, ways: Ways | None = None) -> None:
        self._intake = intake
        self._ways = ways
        self._deadlines: Deadlines[_Delivery[Any]] = Deadlines(self._give_up)
        self._unfinished: set[asyncio.Future[Any]] = set()

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
        what the intake raises. Futures and callbacks, as a task for each message costs more.
        """
        recording = asyncio.ensure_future(self._intake.accept(inbound))
        self._unfinished.add(recording)
        loop = recording.get_loop()
        end: asyncio.Future[Shown] = loop.create_future()
        delivery = _Delivery(inbound, show, may_be_late, fits, end)
        delivery.moment = self._deadlines.add(delivery, seconds, loop)
        recording.add_done_callback(partial(self._recorded, delivery))
        return end

    async def drain(self) -> None:
        """Wait until everything begun has ended; for a server that is going down."""
        while self._unfinished:
            await asyncio.wait(self._unfinished)
            await asyncio.sleep(0)

    def _give_up(self, delivery: _Delivery[Any]) -> None:
        """Let nobody wait any longer."""
        if delivery.end.done():
            return
        if delivery.may_be_late and self._ways_of(delivery.inbound):
            delivery.wait = _Wait.ACKNOWLEDGED
            delivery.end.set_result(delivery.show(None))
        else:
            delivery.wait = _Wait.REFUSED
            delivery.end.set_exception(TimeoutError())

    def _recorded(self, delivery: _Delivery[Any], recording: asyncio.Future[Outcome]) -> None:
        self._unfinished.discard(recording)
        try:
            outcome = recording.result()
            ways = self._ways_to_choose(delivery, outcome)
            if ways is None:
                self._hand_over(delivery, outcome)
                return
        except _FAILURES as failure:
            self._fail(delivery, failure)
            return
        choosing = asyncio.get_running_loop().create_task(_choose(delivery, outcome, ways))
        self._unfinished.add(choosing)
        choosing.add_done_callback(partial(self._chosen, delivery))

    def _chosen(self, delivery: _Delivery[Any], choosing: asyncio.Task[Outcome | None]) -> None:
        self._unfinished.discard(choosing)
        try:
            self._hand_over(delivery, choosing.result())
        except _FAILURES as failure:
            self._fail(delivery, failure)

    def _ways_to_choose(self, delivery: _Delivery[Any], outcome: Outcome) -> Ways | None:
        """Return where it is decided how the reply goes, None where it can only go inside."""
        ways = self._ways_of(delivery.inbound)
        if ways is None or not outcome.reply or not outcome.message_id:
            return None
        is_first = delivery.wait is _Wait.ON and not outcome.duplicate
        return None if is_first and delivery.fits(outcome.reply) else ways

    def _ways_of(self, inbound: Inbound) -> Ways | None:
        return self._ways if self._ways and self._ways.can_send(inbound.channel) else None

    def _hand_over(self, delivery: _Delivery[Any], outcome: Outcome | None) -> None:
        """Give the outcome to whoever still waits; they hear of it when it cannot be shown."""
        if delivery.end.done():
            return
        shown = delivery.show(outcome)
        self._deadlines.drop(delivery, delivery.moment)
        if outcome and outcome.reply:
            logs.step("answered", message_id=outcome.message_id)
        delivery.end.set_result(shown)

    def _fail(self, delivery: _Delivery[Any], failure: BaseException) -> None:
        self._deadlines.drop(delivery, delivery.moment)
        if not delivery.end.done():
            delivery.end.set_exception(failure)
        elif not isinstance(failure, asyncio.CancelledError):
            log.critical("ALARM: a message failed after its time was up", exc_info=failure)


async def _choose(delivery: _Delivery[Any], outcome: Outcome, ways: Ways) -> Outcome | None:
    """Return the outcome if its reply goes inside the request, else None."""
    if delivery.wait is not _Wait.ON:
        if not outcome.duplicate:  # else it is the affair of the delivery that recorded it
            await (ways.hold if delivery.wait is _Wait.REFUSED else ways.send_late)(outcome)
        return None
    if not delivery.fits(outcome.reply) and await ways.send_late(outcome):
        return None
    if outcome.duplicate and not await ways.take(outcome):
        return None
    return outcome
