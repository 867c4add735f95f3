"""Shadow mode: a candidate thinks about live messages and answers none.

It follows behind the messages, a few at a time, so that no fan waits for it; when it falls too far
behind it goes on with the newest. What would change is counted in the store.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

import msgspec

from triagebot.errors import BadBundle, Conflict, TriagebotError
from triagebot.models.history import current_name, point
from triagebot.models.replay import Past, Replay
from triagebot.models.shelf import verify
from triagebot.store import following, shadows
from triagebot.store.database import Database
from triagebot.triage.think import Mind

log = logging.getLogger(__name__)

FILE = "shadow.json"
SECONDS = 2.0
AT_ONCE = 256
MOST_BEHIND = 10_000


class Shadowed(msgspec.Struct, frozen=True):
    """`shadow.json`: the candidate that thinks along, since when (ISO 8601), and who wanted it."""

    name: str
    since: str
    by: str


class MindHolder(Protocol):
    """Holds the mind that serves."""

    @property
    def trained(self) -> Mind:
        """The mind as its bundle is: the candidate has none of what was edited since."""


def read_shadow(models: Path) -> Shadowed | None:
    """Return which candidate is in the shadow, or None. Raises `BadBundle` for a damaged file."""
    try:
        return msgspec.json.decode((models / FILE).read_bytes(), type=Shadowed)
    except FileNotFoundError:
        return None
    except (OSError, msgspec.MsgspecError) as error:
        raise BadBundle(f"{models}/{FILE} is damaged: {error}") from error


def set_shadow(
    models: Path,
    name: str | None,
    by: str,
    *,
    key: bytes | None = None,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Shadowed | None:
    """Put a bundle into the shadow of what serves, or none.

    Raises `NotFound`, `BadBundle`, and `Conflict` for the bundle that serves itself.
    """
    if name is None:
        (models / FILE).unlink(missing_ok=True)
        return None
    verify(models, name, key)
    if name == current_name(models):
        raise Conflict(f"model {name} serves; only another one can be in its shadow")
    since = clock().astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    shadowed = Shadowed(name, since, by)
    point(models / FILE, shadowed)
    return shadowed


class Shadow:
    """Follows `shadow.json` and the messages."""

    def __init__(
        self,
        models: Path,
        db: Database,
        holder: MindHolder,
        clock: Callable[[], datetime],
        key: bytes | None = None,
        *,
        seconds: float = SECONDS,
    ) -> None:
        self._models = models
        self._db = db
        self._holder = holder
        self._clock = clock
        self._key = key
        self._seconds = seconds
        self._seen: Shadowed | None = None
        self._candidate: Mind | None = None
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin."""
        self._task = asyncio.create_task(self._repeat(), name="shadow")

    async def close(self) -> None:
        """Stop."""
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def look(self) -> int:
        """Let the candidate think about what is new; return how many messages that were."""
        await self._follow(await asyncio.to_thread(read_shadow, self._models))
        candidate, serving = self._candidate, self._holder.trained
        if candidate is None or candidate.model == serving.model:
            return 0
        stretch = await self._db.read(following.unseen, shadows.NAME, AT_ONCE, MOST_BEHIND)
        if stretch is None:
            return 0
        replay = Replay(serving, candidate)
        batch = [Past(each.channel, each.text, str(each.id)) for each in stretch.heard]
        await asyncio.to_thread(replay.feed, batch)
        names = (candidate.model, serving.model)
        await self._db.write(shadows.add, names, stretch, replay.changes(), self._clock())
        return len(stretch.heard)

    async def _follow(self, wanted: Shadowed | None) -> None:
        """Wake another candidate where another is wanted; one that cannot be woken is left out."""
        if wanted == self._seen:
            return
        self._seen, self._candidate = wanted, None
        if wanted is None:
            return
        try:
            self._candidate = await asyncio.to_thread(verify, self._models, wanted.name, self._key)
        except TriagebotError as error:
            log.error("no model in the shadow: %s", error.message)
            return
        await self._db.write(following.begin, shadows.NAME)
        log.info("model %s thinks along in the shadow", wanted.name)

    async def _repeat(self) -> None:
        while True:
            busy = False
            try:
                busy = await self.look() == AT_ONCE
            except TriagebotError as error:
                log.warning("the shadow waits: %s", error.code)
            except Exception:  # the next round may do better
                log.exception("the shadow failed")
            await asyncio.sleep(0.1 if busy else self._seconds)
