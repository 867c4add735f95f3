"""The worker's side: thinks about what came in one tick and asks for all replies at once."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from math import inf
from typing import Protocol, cast

from triagebot.domain.catalogue import Catalogue
from triagebot.domain.message import Inbound
from triagebot.domain.prediction import Prediction
from triagebot.errors import Busy
from triagebot.intake.flow import Flow
from triagebot.intake.mind import Holder
from triagebot.intake.pace import Pace
from triagebot.intake.surge import Limits
from triagebot.intake.thinking import Thinker
from triagebot.web.times import Times
from triagebot.workers.frames import Call, Counted, Down, Ended, Frames, Up, pack, read_down

log = logging.getLogger(__name__)

BATCH = 128
UNDER_WAY = 4000
"""How many calls may wait for their returns; the next are refused, so that memory is bounded."""
LONGEST = Limits().refused
"""Seconds; who would wait longer, at the rate at which returns come, is refused as well."""
COUNT_SECONDS = 0.5
GRACE = 0.2
PROBE_SECONDS = 0.1


class Editable(Holder, Protocol):
    """Has the mind, and can let it answer from another catalogue."""

    async def edit(self, change: Callable[[Catalogue], Catalogue]) -> None:
        """Answer from what `change` makes of the bundle's catalogue, from now on."""


class Calling(asyncio.Protocol):
    """The replies that another process words; `lost` is called when it is gone."""

    def __init__(self, mind: Editable, lost: Callable[[], None]) -> None:
        self._mind = mind
        self._thinker = Thinker(mind)
        self._issue = 0
        self._editing: asyncio.Task[None] | None = None
        self._lost = lost
        self._loop = asyncio.get_running_loop()
        self._frames = Frames()
        self._waiting: dict[int, tuple[asyncio.Future[str], float]] = {}
        self._gathered: list[tuple[int, str, Inbound, float]] = []
        self._pace = Pace(0.0)  # outside a rush the storing process lingers, and that is enough
        self._counted: dict[tuple[str, int], Times] = {}
        self._last = 0
        self._thinking = True
        self._transport: asyncio.Transport | None = None
        self._lag = 0.0
        self._flow, self._room = Flow(), inf
        self._probe(self._loop.time())

    @property
    def connected(self) -> bool:
        """Whether the storing process is there."""
        return self._transport is not None

    def reply(self, account: str, inbound: Inbound, seconds: float) -> asyncio.Future[str]:
        """Return the end of it: the reply, or `Busy` when nothing was stored, or TimeoutError."""
        future: asyncio.Future[str] = self._loop.create_future()
        if self._transport is None or len(self._waiting) >= min(UNDER_WAY, self._room):
            future.set_exception(Busy("Too much is waiting to be stored; try again."))
            return future
        self._last += 1
        number = self._last
        now = self._loop.time()
        self._waiting[number] = future, now + max(0.0, seconds) + GRACE
        self._flow.came(number, now)
        self._gathered.append((number, account, inbound, seconds))
        self._pace.came(now)
        if len(self._gathered) == 1:
            self._loop.call_later(self._pace.linger, self._send)
        elif len(self._gathered) == BATCH:
            self._send()
        return future

    def hello(self) -> None:
        """Say that this worker listens."""
        if self._transport is not None:
            self._transport.write(pack(Up([])))

    def measure(self, method: str, _route: str, status: int, seconds: float) -> None:
        """Count one answered request; the other process is told twice a second."""
        if not self._counted:
            self._loop.call_later(COUNT_SECONDS, self._tell_counted)
        times = self._counted.get((method, status))
        if times is None:
            times = self._counted[method, status] = Times()
        times.add(seconds)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self._transport = cast(asyncio.Transport, transport)

    def connection_lost(self, _error: Exception | None) -> None:
        """Refuse what waits: nobody knows whether it was stored, and WeChat repeats it."""
        self._transport = None
        for number in list(self._waiting):
            self._end(number, Busy("The store is restarting; try again."))
        self._lost()

    def data_received(self, data: bytes) -> None:
        """Hand out what came back."""
        for frame in self._frames.feed(data):
            self._hand_out(read_down(frame))

    def _hand_out(self, down: Down) -> None:
        self._thinking = down.thinking
        if down.catalogue is not None:
            self._editing = self._loop.create_task(self._edit(down.issue, down.catalogue))
        for each in down.returns:
            ended = each.ended
            self._end(each.number, each.text if ended is Ended.DONE else _error(ended))

    def _end(self, number: int, end: str | Exception) -> None:
        future, _ = self._waiting.pop(number, (None, 0.0))
        self._flow.went(number)
        if future is None or future.done():
            return
        if isinstance(end, str):
            future.set_result(end)
        else:
            future.set_exception(end)

    async def _edit(self, issue: int, catalogue: Catalogue) -> None:
        self._issue = 0  # nothing thought meanwhile counts
        await self._mind.edit(lambda _bundles: catalogue)
        self._issue = issue

    def _send(self) -> None:
        gathered, self._gathered = self._gathered, []
        if not gathered or self._transport is None:
            return
        thoughts: list[object] = [None] * len(gathered)
        if self._thinking:
            thoughts = [*self._thinker.think([inbound for _, _, inbound, _ in gathered])[1]]
        calls = [
            Call(*call, _essence(thought) if isinstance(thought, Prediction) else None)
            for call, thought in zip(gathered, thoughts, strict=True)
        ]
        self._transport.write(pack(Up(calls, [], self._issue, self._lag)))
        self._lag = 0.0

    def _probe(self, due: float) -> None:
        """Look ten times a second who waits in vain, how late this loop is, and how long whoever
        comes now waits."""
        now = self._loop.time()
        for number, (future, until) in list(self._waiting.items()):
            if until < now or future.done():
                self._end(number, TimeoutError())
        self._lag = max(self._lag, now - due)
        self._room = self._flow.look(now, now - due).room(LONGEST)
        self._loop.call_at(now + PROBE_SECONDS, self._probe, now + PROBE_SECONDS)

    def _tell_counted(self) -> None:
        counted = [Counted(*key, times) for key, times in self._counted.items()]
        self._counted = {}
        if self._transport is not None:
            self._transport.write(pack(Up([], counted)))


def _essence(thought: Prediction) -> Prediction:
    """Return what deciding needs of a thought: the words and the less likely intents stay here."""
    text, known, model = thought.text, thought.known, thought.model
    return Prediction(text, (), thought.intents[:1], thought.answers, known, model)


def _error(ended: Ended) -> Exception:
    if ended is Ended.BUSY:
        return Busy("Too much is waiting to be stored; try again.")
    return TimeoutError() if ended is Ended.TIMEOUT else RuntimeError("the message failed")
