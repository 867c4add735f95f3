"""Takes messages in while the shared store is slow or away: from this node's own fsynced file.

A message that the store does not take in time is kept in the spool and acknowledged with a fixed
text: never with a computed reply, as nobody can say whether a person has the conversation. The
spool is emptied in order as soon as the store answers; what the bot would have said goes out
late, by the channel's outbox.

A store that answers takes new messages again while the spool is emptied. If it falters under both,
the spool comes first and new messages wait in it too: a batch from there costs the store a small
part of what the same messages cost one by one, so it catches up instead of faltering for ever.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable
from contextlib import suppress
from functools import partial
from typing import Any, Protocol

from triagebot.domain.decision import Action, Decision, Reason
from triagebot.domain.message import Inbound, Kind, Reply
from triagebot.errors import Busy, TriagebotError
from triagebot.intake.mind import Thought
from triagebot.nodes.draining import AT_ONCE, Stored, drain
from triagebot.store import heartbeat
from triagebot.store.database import Database
from triagebot.store.messages import Outcome
from triagebot.store.spool import Spool

log = logging.getLogger(__name__)

BUDGET_SECONDS = 1.0
"""How long the store may take before the spool stands in for it."""

TRY_SECONDS = 0.5
WATCH_SECONDS = 5.0
"""How often a store that is away, and one that seems well, is looked at."""

SURE_SECONDS = 1.0
"""For how long a store that takes parts of the spool is not asked whether it is well."""


class Intake(Protocol):
    """Stores messages with their decisions."""

    def accept(self, inbound: Inbound, thought: Thought = None) -> Awaitable[Outcome]:
        """Return what ends once the message is on disk, and with `Busy` when it is not."""


class SpooledIntake:
    """An intake for channels that cannot wait; `text` is what fans read meanwhile.

    An outcome from the spool has the id 0, as the store has not numbered it yet. `stored` is told
    when it has, so that the real reply can go out. `emptied` is set while the store has
    everything.
    """

    def __init__(
        self,
        intake: Intake,
        db: Database,
        spool: Spool,
        *,
        text: str = "",
        budget: float = BUDGET_SECONDS,
    ) -> None:
        self._intake = intake
        self._db = db
        self._spool = spool
        self._text = text
        self.stored: Stored = _no_more
        self._budget = budget
        self._beat = 0
        self._sure_until = float("-inf")
        self._falters = False
        self._task: asyncio.Task[None] | None = None
        self._storing: set[asyncio.Future[Any]] = set()
        self._kept = asyncio.Event()
        self.emptied = asyncio.Event()
        self.is_away = False

    @property
    def waiting(self) -> int:
        """How many messages are in the spool only."""
        return self._spool.waiting

    async def start(self) -> None:
        """Open the spool and begin to empty what an earlier run left."""
        await self._spool.start()
        self._task = asyncio.create_task(self._tend(), name="spool")

    async def close(self) -> None:
        """Stop; what is in the spool waits there for the next start."""
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        await self._spool.close()

    async def accept(self, inbound: Inbound, thought: Thought = None) -> Outcome:
        """Return once the message is on a disk: the store's, or else this node's.

        Messages of a fan of whom some are in the spool queue behind them, and one whose storing
        fails for no known reason is tried again from there. Raises `Busy` when neither takes it.
        """
        if not (self.is_away or self._spool.has(inbound)):
            try:
                return await self._in_time(inbound, thought)
            except (Busy, TimeoutError) as error:
                self._trip(type(error).__name__)
            except TriagebotError:
                raise
            except Exception as error:
                log.critical("ALARM: a message was not stored (%s)", type(error).__name__)
        self.emptied.clear()
        await self._spool.keep(inbound)
        self._kept.set()
        reply = Reply() if inbound.kind is Kind.EVENT else Reply(self._text)
        return Outcome(0, 0, Decision(Action.SILENT, Reason.FAULT), reply)

    async def _in_time(self, inbound: Inbound, thought: Thought) -> Outcome:
        """Return what the store says within the budget; if it says so later, tell `stored`."""
        storing = asyncio.ensure_future(self._intake.accept(inbound, thought))
        done, _ = await asyncio.wait({storing}, timeout=self._budget)
        if done:
            return storing.result()
        self._storing.add(storing)
        storing.add_done_callback(partial(self._came_late, inbound))
        raise TimeoutError

    def _came_late(self, inbound: Inbound, storing: asyncio.Future[Outcome]) -> None:
        self._storing.discard(storing)
        # A duplicate was answered, or is being sent, by whoever recorded it.
        if storing.cancelled() or storing.exception() or storing.result().duplicate:
            return
        telling = asyncio.create_task(self._tell(inbound, storing.result()))
        self._storing.add(telling)
        telling.add_done_callback(self._storing.discard)

    async def _tell(self, inbound: Inbound, outcome: Outcome) -> None:
        try:
            await self.stored(inbound, outcome)
        except TriagebotError as error:
            log.critical("ALARM: a late reply was not queued: %s", error.code)

    async def can_keep(self) -> None:
        """Return when a message could be made durable here. Raises `Busy` when it could not."""
        with suppress(Busy):
            await self._spool.touch()
            return
        await self._db.write(heartbeat.beat, self._beat)

    async def look(self) -> int:
        """See whether the store is well, give it a part of the spool, and return how much."""
        try:
            if time.monotonic() > self._sure_until:
                async with asyncio.timeout(self._budget):
                    self._beat = await self._db.write(heartbeat.beat, self._beat)
                self._sure_until = time.monotonic() + SURE_SECONDS
        except heartbeat.WentBack as error:
            log.critical("ALARM: %s Nothing is written to it.", error.message)
            self._trip("it went back")
            return 0
        except (Busy, TimeoutError) as error:
            self._trip(type(error).__name__)
            return 0
        # Known after each part: else, in a surge, all that comes would queue behind the spool.
        if self.is_away and not (self._falters and self.waiting > AT_ONCE):
            log.warning("the store answers again; %d messages wait", self.waiting)
            self.is_away = False
        given = await drain(self._spool, self._intake, self.stored)
        if not given:
            self._sure_until = float("-inf")
        if not self.waiting:
            self._falters = False
            self.emptied.set()
        return given

    def _trip(self, why: str) -> None:
        self._sure_until = float("-inf")
        if not self.is_away:
            log.error("ALARM: the store does not answer (%s), the spool stands in", why)
            self._falters = self.waiting > AT_ONCE
        self.is_away = True
        self.emptied.clear()

    async def _tend(self) -> None:
        while True:
            given = 0
            try:
                given = await self.look()
            except TriagebotError as error:
                self._trip(error.code)
            except Exception:  # nobody else would empty it
                log.exception("emptying the spool failed")
            await self._pause(given)

    async def _pause(self, given: int) -> None:
        """Wait until the next look is due: at once when there is something to empty."""
        if self.waiting and (given or not self.is_away):
            await asyncio.sleep(0)
        elif self.is_away:
            await asyncio.sleep(TRY_SECONDS)
        else:
            self._kept.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(WATCH_SECONDS):
                    await self._kept.wait()


async def _no_more(_inbound: Inbound, _outcome: Outcome) -> None:
    """Do nothing: the channel replies only inside requests."""
