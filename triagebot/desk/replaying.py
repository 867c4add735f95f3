"""Replays that people at the desk ask for: one at a time, at the pace that fans leave."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from triagebot.desk.model_shapes import Replaying
from triagebot.errors import Conflict, TriagebotError
from triagebot.models.promote import now
from triagebot.models.replay import Replay, write_record
from triagebot.models.shelf import verify
from triagebot.models.stored import replay_stored
from triagebot.store import past
from triagebot.store.database import Database

log = logging.getLogger(__name__)

REST = 1.0
"""As long as a page takes, so long is paused after it."""


class Replays:
    """Runs a replay beside the requests and keeps how far it is."""

    def __init__(
        self, db: Database, models: Path, key: bytes | None, clock: Callable[[], datetime]
    ) -> None:
        self._db = db
        self._models = models
        self._key = key
        self._clock = clock
        self._states: dict[str, Replaying] = {}
        self._task: asyncio.Task[None] | None = None

    def state(self, name: str) -> Replaying | None:
        """Return how far the replay of a bundle is; None when none runs or failed here."""
        return self._states.get(name)

    async def begin(self, name: str, days: float, by: str) -> Replaying:
        """Begin to replay a bundle against what serves. Raises `Conflict` when one runs."""
        if self._task and not self._task.done():
            raise Conflict("Another replay runs; wait until it is done.")
        self._states = {name: Replaying(0, 0)}
        self._task = asyncio.create_task(self._run(name, days, by), name="replay")
        return self._states[name]

    async def _run(self, name: str, days: float, by: str) -> None:
        try:
            await self._replay(name, days, by)
        except TriagebotError as error:
            self._states[name] = Replaying(0, 0, error.message)
        except Exception:  # the screen must not wait forever
            log.exception("a replay failed")
            self._states[name] = Replaying(0, 0, "It failed; the log says why.")

    async def _replay(self, name: str, days: float, by: str) -> None:
        base = await asyncio.to_thread(verify, self._models, "current", self._key)
        candidate = await asyncio.to_thread(verify, self._models, name, self._key)
        replay, since = Replay(base, candidate), self._clock() - timedelta(days=days)

        def done(count: int, total: int) -> None:
            self._states[name] = Replaying(count, total)

        await replay_stored(self._db, replay, since, done, rest=REST)
        no_traffic = not replay.n and await self._db.read(past.is_empty)
        record = replay.record(now(self._clock), by, "store", days, no_traffic=no_traffic)
        await asyncio.to_thread(write_record, candidate.bundle.folder, record)
        self._states.pop(name)
