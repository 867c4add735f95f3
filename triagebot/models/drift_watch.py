"""Watch how fans write, and make the bot more careful while it is strange.

One node watches, a sample at a time, behind the messages; every node follows what it found. Being
careful means that a proven answer needs to be surer: the allowed doubt is halved.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol

import msgspec

from triagebot.domain.prediction import Prediction
from triagebot.errors import TriagebotError
from triagebot.models.drift import Guard, Verdict, Window, comparable, judge, read_window, step
from triagebot.store import drifts, following
from triagebot.store.database import Database
from triagebot.store.events import EventRow
from triagebot.store.following import Stretch
from triagebot.triage.think import Mind

log = logging.getLogger(__name__)

SECONDS = 5.0
AT_ONCE = 200
SLICE = 8
PAUSE = 0.01
"""Seconds between two slices: a thread that thinks keeps those that answer fans from going on."""

MOST_BEHIND = 400
WINDOW = 800
EVERY = 100
"""New messages after which the window is judged again."""

LOOK_BACK = timedelta(weeks=8)
CAREFUL = 0.5
"""The share of the allowed doubt that is taken away while fans write strangely."""


class MindHolder(Protocol):
    """Holds the mind that serves, and can make it more careful."""

    @property
    def trained(self) -> Mind:
        """The mind as its bundle is."""

    async def tighten(self, share: float) -> None:
        """Take away a share, 0..1, of the doubt that proven answers may have."""


class Caution:
    """Keeps the mind of this process as careful as the watch, wherever it runs, wants it."""

    def __init__(self, db: Database, holder: MindHolder) -> None:
        self._db = db
        self._holder = holder
        self.guard = Guard()

    async def start(self) -> None:
        """Be as careful as is wanted already."""
        await self.refresh()

    async def close(self) -> None:
        """Nothing to stop."""

    async def heard(self, batch: Sequence[EventRow]) -> None:
        """Follow a change; fit for the feed."""
        if any(event.kind == "drift" for event in batch):
            await self.refresh()

    async def refresh(self) -> None:
        """Read what is wanted and let the mind be so."""
        self.guard = await read_guard(self._db)
        await self._holder.tighten(CAREFUL if self.guard.tight else 0.0)


class DriftWatch:
    """Counts a sample of all messages by hour and judges the newest ones beside past hours."""

    def __init__(
        self,
        db: Database,
        holder: MindHolder,
        clock: Callable[[], datetime],
        *,
        seconds: float = SECONDS,
    ) -> None:
        self._db = db
        self._holder = holder
        self._clock = clock
        self._seconds = seconds
        self._features = ""
        self._recent: deque[Prediction] = deque(maxlen=WINDOW)
        self._new = 0
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin, with the messages that come from now on."""
        self._recent.clear()
        await self._db.write(following.begin, drifts.NAME)
        self._task = asyncio.create_task(self._repeat(), name="drift")

    async def close(self) -> None:
        """Stop."""
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def look(self) -> bool:
        """Look at what is new; return whether the next look should be soon.

        While more comes than is looked at, a sample now and then is enough.
        """
        stretch = await self._db.read(following.unseen, drifts.NAME, AT_ONCE, MOST_BEHIND)
        if stretch is None:
            return False
        mind = self._holder.trained
        if features_of(mind) != self._features:
            # Another vocabulary knows other words: what it counts is a series of its own.
            self._features = features_of(mind)
            self._recent.clear()
        predictions = await _thought(mind, [each.text for each in stretch.heard])
        self._recent.extend(predictions)
        self._new += len(predictions)
        await self._count(stretch, predictions)
        if self._new >= EVERY:
            self._new = 0
            await self.judge()
        return len(stretch.heard) == AT_ONCE and not stretch.skipped

    async def judge(self) -> Verdict:
        """Judge the newest messages, and tell when the bot must be more careful or may relax."""
        now = self._clock()
        guard = await read_guard(self._db)
        stored = await self._db.read(drifts.hours, self._features, now - LOOK_BACK)
        # Weeks of hours take a while to read, and messages must not wait for that.
        verdict = await asyncio.to_thread(_judged, [*self._recent], stored, now, guard)
        after = step(guard, verdict, now.timestamp())
        if after != guard:
            await self._change(guard, after, now)
        return verdict

    async def _count(self, stretch: Stretch, predictions: Sequence[Prediction]) -> None:
        """Add the sample to its hour; only the node on duty does, so nobody writes between."""
        now = self._clock()
        hour = drifts.hour_of(now)
        before = (await self._db.read(drifts.hours, self._features, hour)).get(hour)
        window = read_window(before) if before else Window()
        counted = msgspec.json.encode(window.merged(_window(predictions)).trimmed()).decode()
        await self._db.write(drifts.put_hour, self._features, now, counted, stretch)

    async def _change(self, before: Guard, after: Guard, now: datetime) -> None:
        await self._db.write(drifts.put_guard, msgspec.json.encode(after).decode(), now)
        if before.tight == after.tight:
            return
        kinds = ",".join(sorted({signal.kind for signal in after.signals or before.signals}))
        await self._db.write(drifts.tell, "tighten" if after.tight else "relax", kinds, now)
        log.warning("how fans write is %s (%s)", "strange" if after.tight else "usual", kinds)

    async def _repeat(self) -> None:
        while True:
            more = False
            try:
                more = await self.look()
            except TriagebotError as error:
                log.warning("the drift watch waits: %s", error.code)
            except Exception:  # the next round may do better
                log.exception("the drift watch failed")
            await asyncio.sleep(0.5 if more else self._seconds)


async def _thought(mind: Mind, texts: Sequence[str]) -> list[Prediction]:
    """Think about all texts, a few at a time."""
    found: list[Prediction] = []
    for start in range(0, len(texts), SLICE):
        found += await asyncio.to_thread(mind.think, texts[start : start + SLICE])
        await asyncio.sleep(PAUSE)
    return found


def features_of(mind: Mind) -> str:
    """Return what two minds share if they know the same words and intents."""
    return mind.bundle.manifest.files["weights.npz"][:16]


async def read_guard(db: Database) -> Guard:
    """Return how careful the bot is."""
    state = await db.read(drifts.guard)
    return msgspec.json.decode(state, type=Guard) if state else Guard()


def _judged(
    recent: Sequence[Prediction], stored: Mapping[datetime, str], now: datetime, guard: Guard
) -> Verdict:
    hours = {hour: read_window(counts) for hour, counts in stored.items()}
    return judge(_window(recent), comparable(now, guard, hours))


def _window(predictions: Sequence[Prediction]) -> Window:
    window = Window()
    for prediction in predictions:
        window.add(prediction)
    return window
