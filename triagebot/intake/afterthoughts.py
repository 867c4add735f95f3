"""Thinks, once a surge is over, about the messages that were only acknowledged."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Container, Sequence
from datetime import datetime
from functools import partial

from msgspec.structs import replace

from triagebot.domain.conversation import Memory
from triagebot.domain.message import Inbound, Reply
from triagebot.domain.surge import Stage
from triagebot.errors import TriagebotError
from triagebot.intake.mind import Mind, Place, Thought
from triagebot.intake.pressure import Pressure
from triagebot.intake.thinking import Thinker
from triagebot.intake.turn import conclude
from triagebot.store import reconsidering, surges
from triagebot.store.database import Database
from triagebot.store.messages import Conclusion, MessageRow

log = logging.getLogger(__name__)

LOOK_SECONDS = 1.0
AT_ONCE = 64
CALM_WAITING = 32
"""While more than this wait for their first answer, those who have one already wait longer."""


class Afterthoughts:
    """Works off what was put off, oldest first, whenever nothing presses.

    Alike messages cost one thought. An answer goes out by the outbox while the fan may be written
    to; where a person is needed, the conversation goes to the queue as it would have. Channels
    that are `silent` cannot write to fans by themselves.
    """

    def __init__(
        self,
        db: Database,
        thinker: Thinker,
        pressure: Pressure,
        clock: Callable[[], datetime],
        wake: Callable[[], None],
        silent: Container[str] = (),
    ) -> None:
        self._silent = silent
        self._db = db
        self._thinker = thinker
        self._pressure = pressure
        self._clock = clock
        self._wake = wake
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin."""
        self._task = asyncio.create_task(self._follow(), name="afterthoughts")

    async def close(self) -> None:
        """Stop; the rest is found at the next start."""
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def work_off(self) -> int:
        """Think about what waits until something presses, and return how many that were."""
        done = 0
        while self._may_work():
            rows = await self._db.read(surges.oldest, AT_ONCE)
            if not rows:
                break
            done += await self._reconsider(rows)
            await asyncio.sleep(0)
        if done:
            log.info("%d messages of a surge were thought about", done)
            self._wake()
        return done

    def _may_work(self) -> bool:
        calm = self._pressure.load.waiting <= CALM_WAITING
        return self._pressure.stage is Stage.FULL and calm

    async def _reconsider(self, rows: Sequence[MessageRow]) -> int:
        inbounds = [_inbound(row) for row in rows]
        mind, thoughts = self._thinker.think(inbounds)
        cases = [
            (row.id, row.conversation_id, inbound, thought)
            for row, inbound, thought in zip(rows, inbounds, thoughts, strict=True)
        ]
        deciding = partial(_conclude, mind, self._silent)
        return await self._db.write(reconsidering.reconsider, cases, deciding, self._clock())

    async def _follow(self) -> None:
        while True:
            try:
                await self.work_off()
            except TriagebotError as error:
                log.warning("thinking about a surge waits: %s", error.code)
            except Exception:  # the next round may do better
                log.exception("thinking about a surge failed")
            await asyncio.sleep(LOOK_SECONDS)


def _conclude(
    mind: Mind,
    silent: Container[str],
    inbound: Inbound,
    memory: Memory,
    thought: Thought,
    place: Place,
) -> Conclusion:
    conclusion = conclude(mind, inbound, memory, thought, place)
    return replace(conclusion, reply=Reply()) if inbound.channel in silent else conclusion


def _inbound(row: MessageRow) -> Inbound:
    return Inbound(
        channel=row.channel,
        fan=row.fan,
        key="",
        kind=row.kind,
        text=row.text,
        sent_at=row.sent_at,
        event=row.event,
        detail=row.detail,
    )
