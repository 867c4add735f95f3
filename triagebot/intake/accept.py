"""Takes in what channels bring: thought about together, stored together, each exactly once."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from triagebot import logs
from triagebot.domain.message import Inbound
from triagebot.domain.surge import Stage
from triagebot.errors import BadInput, Busy, TriagebotError
from triagebot.intake.fairness import Shares
from triagebot.intake.handle_message import set_aside
from triagebot.intake.log_fault import log_fault
from triagebot.intake.mind import Holder, Thought
from triagebot.intake.pace import Pace
from triagebot.intake.pressed import Pressed, conclude_pressed
from triagebot.intake.pressure import Pressure
from triagebot.intake.thinking import Thinker
from triagebot.intake.turn import conclude
from triagebot.store import messages
from triagebot.store.database import Database
from triagebot.store.messages import Conclude, Outcome

__all__ = ["Intake", "Outcome"]

BATCH = 512
"""Only a store that is far behind gets so many at once; a slow disk then costs each less."""

ENOUGH = 128
"""So many wait for no more, if they may be sent."""

AHEAD = 2
"""Batches that may be on their way at once: one is stored, the next waits for that."""

MAX_NAME = 200

Deciding = Conclude[Thought]


class Intake:
    """The door for all channels.

    What arrives in one tick of the event loop, or while `AHEAD` batches are on their way, is a
    batch of at most `BATCH`: one thought, one job of the writer. Where the next message is about to
    come, a batch waits some milliseconds for it (see `pace.py`): the busier the door is, the less
    each costs. Under `pressure` less is thought, and `text` gives what fans read where nothing is;
    see `domain/surge.py`.
    """

    def __init__(
        self,
        database: Database,
        holder: Holder,
        clock: Callable[[], datetime],
        pressure: Pressure | None = None,
        text: Callable[[], str] = str,
    ) -> None:
        self._database = database
        self.pressure = pressure or Pressure(database)
        self._text = text
        self._shares = Shares()
        self.thinker = Thinker(holder)
        self._clock = clock
        self._gathered: deque[_Arrival] = deque()
        self._pace = Pace()
        self._is_late = False
        self._tasks: set[asyncio.Task[None]] = set()

    def accept(self, inbound: Inbound, thought: Thought = None) -> asyncio.Future[Outcome]:
        """Store a message with its decision and reply; return the end, done once they are on disk.

        A `thought` that is given is not asked for. A redelivery gets the stored outcome with
        `duplicate`. Who cancels the end stops waiting; the message is stored all the same.
        It fails with `Busy` when nothing was stored, and with `BadInput` for the name of a fan or
        channel that is empty or too long. A future, as a task for each message costs much more.
        """
        loop = asyncio.get_running_loop()
        arrival = _Arrival(inbound, thought, loop.create_future())
        refusal = self._refusal(inbound)
        if refusal is None:
            logs.step("received", inbound)
            self._gather(arrival, loop)
        else:
            arrival.future.set_exception(refusal)
        return arrival.future

    async def close(self) -> None:
        """Wait until everything that was accepted is stored or refused."""
        self._send()
        while self._tasks:
            await asyncio.wait(self._tasks)
            await asyncio.sleep(0)  # what waited behind them is sent by then
            self._send()

    def _refusal(self, inbound: Inbound) -> TriagebotError | None:
        for field, name in (("fan", inbound.fan), ("channel", inbound.channel)):
            if not 0 < len(name) <= MAX_NAME:
                return BadInput(f"The {field} must have 1 to {MAX_NAME} characters.")
        return Busy("Too many messages wait already; try again.") if self.pressure.refuses else None

    def _gather(self, arrival: _Arrival, loop: asyncio.AbstractEventLoop) -> None:
        now = loop.time()
        self.pressure.came(arrival, now)
        self._pace.came(now)
        self._gathered.append(arrival)
        if len(self._gathered) == 1:
            linger = self._pace.linger
            _ = loop.call_later(linger, self._send) if linger else loop.call_soon(self._send)
        elif len(self._gathered) == ENOUGH:
            loop.call_soon(self._send)

    def _send(self) -> None:
        while self._gathered and len(self._tasks) < AHEAD:
            size = min(BATCH, len(self._gathered))
            batch = [self._gathered.popleft() for _ in range(size)]
            task = asyncio.get_running_loop().create_task(self._settle(batch))
            self._tasks.add(task)
            task.add_done_callback(self._sent)
        self._is_late = bool(self._gathered)

    def _sent(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if self._is_late:
            self._send()

    async def _settle(self, batch: Sequence[_Arrival]) -> None:
        thoughts, deciding = self._think_or_set_aside(batch)
        try:
            outcomes = await self._record(deciding, batch, thoughts)
        except TriagebotError as error:
            self._refuse(batch, error)
        except Exception as error:
            log_fault("Storing", error)
            await self._settle_singly(deciding, batch, thoughts)
        else:
            self._tell(batch, outcomes)

    def _think_or_set_aside(self, batch: Sequence[_Arrival]) -> tuple[list[Thought], Deciding]:
        try:
            return self._think(batch)
        except Exception as error:
            log_fault("Thinking", error)
            return [None] * len(batch), set_aside

    def _think(self, batch: Sequence[_Arrival]) -> tuple[list[Thought], Deciding]:
        """Return what is thought of messages, as far as the stage allows, and how to decide."""
        stage = self.pressure.stage
        inbounds = [arrival.inbound for arrival in batch]
        self.pressure.by_stage[stage] += len(inbounds)
        if stage is Stage.FULL:
            mind, own = self.thinker.think(inbounds)
            given = [arrival.thought for arrival in batch]
            return [a or b for a, b in zip(given, own, strict=True)], partial(conclude, mind)
        now = asyncio.get_running_loop().time()
        greedy = {
            (inbound.channel, inbound.fan)
            for inbound in inbounds
            if not self._shares.take((inbound.channel, inbound.fan), now)
        }
        glanced = inbounds if stage is Stage.RULES else ()
        mind, thoughts = self.thinker.glance(glanced)
        known: list[Thought] = [*thoughts] or [None] * len(inbounds)
        return known, partial(conclude_pressed, Pressed(stage, self._text(), greedy), mind)

    async def _settle_singly(
        self, deciding: Deciding, batch: Sequence[_Arrival], thoughts: Sequence[Thought]
    ) -> None:
        """Store each by itself, so that one that cannot be stored takes no other with it.

        What fails by itself is stored once more as it came, for a person.
        """
        for arrival, thought in zip(batch, thoughts, strict=True):
            tries = [deciding, set_aside] if len(batch) > 1 else [set_aside]
            for number, way in enumerate(tries, start=1):
                try:
                    self._tell([arrival], await self._record(way, [arrival], [thought]))
                    break
                except Exception as error:
                    log_fault("Storing", error)
                    if number == len(tries) or isinstance(error, TriagebotError):
                        self._refuse([arrival], error)
                        break

    def _tell(self, batch: Sequence[_Arrival], outcomes: Sequence[Outcome]) -> None:
        for arrival, outcome in zip(batch, outcomes, strict=True):
            if logs.tells_steps():
                _log_stored(arrival.inbound, outcome)
            self.pressure.went(arrival)
            if not arrival.future.done():
                arrival.future.set_result(outcome)

    def _refuse(self, batch: Sequence[_Arrival], error: Exception) -> None:
        for arrival in batch:
            self.pressure.went(arrival)
            if not arrival.future.done():
                arrival.future.set_exception(error)

    async def _record(
        self, deciding: Deciding, batch: Sequence[_Arrival], thoughts: Sequence[Thought]
    ) -> list[Outcome]:
        inbounds = [arrival.inbound for arrival in batch]
        arrivals = list(zip(inbounds, thoughts, strict=True))
        return await self._database.write(messages.record, arrivals, deciding, self._clock())


@dataclass(slots=True, eq=False)
class _Arrival:
    inbound: Inbound
    thought: Thought
    future: asyncio.Future[Outcome]


def _log_stored(inbound: Inbound, outcome: Outcome) -> None:
    logs.step(
        "stored",
        inbound,
        message_id=outcome.message_id,
        conversation=outcome.conversation_id,
        action=outcome.decision.action,
        reason=outcome.decision.reason,
        duplicate=outcome.duplicate,
    )
