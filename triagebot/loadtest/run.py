"""Runs a plan against a server by the clock, whatever the server does."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from triagebot.errors import BadInput
from triagebot.loadtest.address import Target
from triagebot.loadtest.envelope import Sender
from triagebot.loadtest.lines import OK, PATIENCE, Lines, Shot
from triagebot.loadtest.plan import Delivery, Plan
from triagebot.loadtest.tally import Tally

Watch = Callable[[Tally, float], None]
"""Called each second with the books and the seconds since the beginning."""

_AT_ONCE = 64
_TICK = 0.001
"""Seconds; what falls due within so long is sent together, its time counted from its own moment."""


@dataclass(frozen=True, slots=True)
class Course:
    """How a run is made: where to, as whom, over how many connections."""

    target: Target
    sender: Sender
    plan: Plan
    connections: int = 256


async def run(course: Course, ledger: Path, watch: Watch) -> Tally:
    """Send all deliveries when they are due and return the books.

    The acknowledged MsgIds are written to `ledger` as they come. Raises `BadInput` when nobody
    listens at the target.
    """
    with ledger.open("w", encoding="ascii") as lines:
        plan = course.plan
        tally = Tally(plan.messages, plan.first_number, lines, course.sender.seen)
        await _Run(course, tally, watch).go()
    return tally


class _Run:
    def __init__(self, course: Course, tally: Tally, watch: Watch) -> None:
        self._course = course
        self._tally = tally
        self._watch = watch
        # Not the event loop's clock: that one stands still while many answers come at once.
        self._clock = time.monotonic
        self._began = 0.0
        self._lines = Lines(course.target, course.connections, self._ended)

    async def go(self) -> None:
        try:
            await self._lines.open()
        except OSError as error:
            name = self._course.target.name
            raise BadInput(f"Nobody listens at {name}.", fields={"url": "refused"}) from error
        self._began = self._clock()
        watching = asyncio.create_task(self._keep_watch())
        try:
            await self._fire_all()
            await self._wait_for_answers()
        finally:
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)
            await self._lines.close()

    async def _fire_all(self) -> None:
        since_pause = 0
        for delivery in self._course.plan.deliveries():
            ahead = self._began + delivery.due - self._clock()
            since_pause += 1
            if ahead > 0.0 or since_pause >= _AT_ONCE:
                since_pause = 0
                await asyncio.sleep(max(_TICK, ahead) if ahead > 0.0 else 0.0)
            self._fire(delivery)

    def _fire(self, delivery: Delivery) -> None:
        letter = self._course.plan.letter(delivery.place, delivery.first)
        request = self._course.sender.request(letter, int(time.time()))
        due, now = self._began + delivery.due, self._clock()
        self._tally.offer(delivery.due, now - due)
        self._lines.fire(Shot(delivery.place, letter.fan, due, request, delivery.repeated))

    def _ended(self, shot: Shot, status: int, body: bytes) -> None:
        now = self._clock()
        due, took = shot.due - self._began, now - (shot.sent or now)
        self._tally.end(shot, status, due, now - self._began, took)
        if shot.repeated and status == OK:
            self._tally.compare(shot.place, body)

    async def _wait_for_answers(self) -> None:
        until = self._clock() + 2 * PATIENCE
        while self._lines.under_way and self._clock() < until:  # noqa: ASYNC110 - a test's end
            await asyncio.sleep(0.02)

    async def _keep_watch(self) -> None:
        while True:
            await asyncio.sleep(1.0)
            now = self._clock()
            self._lines.hang_up_late(now)
            self._watch(self._tally, now - self._began)
