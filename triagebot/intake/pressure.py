"""Watches how a node does, moves the surge stage, and tells everybody who has to know."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence

from triagebot.domain.surge import Stage
from triagebot.errors import TriagebotError
from triagebot.intake.flow import Flow
from triagebot.intake.surge import Load, Surge
from triagebot.store import surges
from triagebot.store.database import Database
from triagebot.store.events import EventRow

log = logging.getLogger(__name__)

LOOK_SECONDS = 0.1
HELD_AT_MOST = 8000
"""Messages that may wait at once; the next are refused, so that memory is bounded."""


class Pressure:
    """Counts messages in and out of the intake, and keeps the stage that follows from it."""

    def __init__(self, db: Database, surge: Surge | None = None) -> None:
        self._db = db
        self.surge = surge or Surge()
        self._flow = Flow()
        self._lag = 0.0
        self._task: asyncio.Task[None] | None = None
        self._telling: asyncio.Task[None] | None = None
        self.load = Load(0, 0.0)
        self.by_stage = dict.fromkeys(Stage, 0)

    @property
    def stage(self) -> Stage:
        """The stage in force."""
        return self.surge.stage

    @property
    def refuses(self) -> bool:
        """Whether a message that comes now has to be refused."""
        return self.surge.refuses or len(self._flow) >= HELD_AT_MOST

    def came(self, message: object, now: float) -> None:
        """Note that a message waits since `now`, in seconds of the event loop."""
        self._flow.came(message, now)

    def went(self, message: object) -> None:
        """Note that a message is stored, or was refused."""
        self._flow.went(message)

    def felt(self, lag: float) -> None:
        """Take in by how many seconds another process's event loop lags."""
        self._lag = max(self._lag, lag)

    async def start(self) -> None:
        """Read what a person has pinned, and begin to look."""
        await self._read_pin()
        self._task = asyncio.create_task(self._watch(), name="pressure")

    async def close(self) -> None:
        """Stop."""
        tasks = [task for task in (self._task, self._telling) if task]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def heard(self, batch: Sequence[EventRow]) -> None:
        """Follow what somebody pinned, here or in another process; fit for the feed."""
        if any(event.kind == "surge" and "pinned" in event.payload for event in batch):
            await self._read_pin()

    async def _read_pin(self) -> None:
        pinned = await self._db.read(surges.pinned)
        if pinned is not self.surge.pinned:
            before = self.stage
            self.surge.pin(pinned)
            self._tell_if_changed(before)

    async def _watch(self) -> None:
        clock = asyncio.get_running_loop().time
        due = clock()
        while True:
            due += LOOK_SECONDS
            await asyncio.sleep(max(0.0, due - clock()))
            now = clock()
            self.felt(now - due)
            due = max(due, now - LOOK_SECONDS)
            self._look(now)

    def _look(self, now: float) -> None:
        self.load = self._flow.look(now, self._lag)
        self._lag = 0.0
        before = self.stage
        self.surge.observe(now, self.load)
        self._tell_if_changed(before)

    def _tell_if_changed(self, before: Stage) -> None:
        if self.stage is before:
            return
        log.warning(
            "surge stage %d (%s): %d wait, %.0f are stored a second, the oldest waits %.1f s",
            self.stage, self.stage.name.lower(), self.load.waiting, self.load.rate,
            self.load.oldest,
        )  # fmt: skip
        self._telling = asyncio.get_running_loop().create_task(self._tell())

    async def _tell(self) -> None:
        try:
            await self._db.write(surges.tell, self.stage)
        except TriagebotError as error:
            log.warning("the surge stage could not be told: %s", error.code)
