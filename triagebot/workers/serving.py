"""The storing process's side: answers a worker's calls."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from typing import Protocol, cast

from triagebot.domain.catalogue import Catalogue
from triagebot.domain.message import Inbound
from triagebot.domain.prediction import Prediction
from triagebot.domain.surge import Stage
from triagebot.errors import Busy
from triagebot.intake.mind import Holder
from triagebot.intake.pressure import Pressure
from triagebot.web.times import Times
from triagebot.workers.frames import Call, Down, Ended, Frames, Return, pack, read_up

log = logging.getLogger(__name__)

Reply = Callable[[str, Inbound, float], asyncio.Future[str]]
Count = Callable[[str, str, int, Times], None]


class Issues:
    """Numbers the catalogues that the mind in use has had, so that workers can follow."""

    def __init__(self, holder: Holder) -> None:
        self._holder = holder
        self._mind = holder.mind
        self._number = 1

    def number(self) -> int:
        """Return the number of the catalogue in use."""
        if self._holder.mind is not self._mind:
            self._mind = self._holder.mind
            self._number += 1
        return self._number

    def catalogue(self) -> Catalogue:
        """Return the catalogue in use, without the sentences that only training needs."""
        return replace(self._mind.catalogue, examples=())


class Remembers(Protocol):
    """Takes over what a worker thought."""

    def remember(self, said: Iterable[tuple[str, Prediction]]) -> None:
        """Keep it, by text, for the moment when the messages are decided on."""


class Serving(asyncio.Protocol):
    """One worker's line; under `pressure` workers do not ask their model.

    While it `refuses`, calls are turned away at once: what they cost would be taken from those that
    wait.
    `ready` is set once the worker has said a first word: it listens.
    """

    def __init__(
        self,
        reply: Reply,
        thinker: Remembers,
        count: Count,
        route: str,
        pressure: Pressure,
        issues: Issues,
        refuses: Callable[[], bool],
    ) -> None:
        self._refuses = refuses
        self._issues = issues
        self._sent = 0
        self._reply = reply
        self._thinker = thinker
        self._count = count
        self._route = route
        self._pressure = pressure
        self._loop = asyncio.get_running_loop()
        self._frames = Frames()
        self._returns: list[Return] = []
        self._transport: asyncio.Transport | None = None
        self.ready = asyncio.Event()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self._transport = cast(asyncio.Transport, transport)

    def connection_lost(self, _error: Exception | None) -> None:
        """Drop what would be returned; what was called for is stored all the same."""
        self._transport = None

    def data_received(self, data: bytes) -> None:
        """Begin to answer calls."""
        for frame in self._frames.feed(data):
            up = read_up(frame)
            if not self.ready.is_set():
                self.ready.set()
                self._flush()
            for counted in up.counted:
                self._count(counted.method, self._route, counted.status, counted.times)
            self._pressure.felt(up.lag)
            if self._refuses():
                for call in up.calls:
                    self._give(Return(call.number, Ended.BUSY))
                continue
            if up.issue == self._issues.number():
                said = ((call.inbound.text, call.thought) for call in up.calls if call.thought)
                self._thinker.remember(said)
            for call in up.calls:
                end = self._reply(call.account, call.inbound, call.seconds)
                end.add_done_callback(partial(self._ended, call))

    def _ended(self, call: Call, end: asyncio.Future[str]) -> None:
        failure = end.exception()
        if failure is None:
            self._give(Return(call.number, Ended.DONE, end.result()))
        elif isinstance(failure, Busy):
            self._give(Return(call.number, Ended.BUSY))
        elif isinstance(failure, TimeoutError):
            self._give(Return(call.number, Ended.TIMEOUT))
        else:
            log.critical("ALARM: a message for %s failed", call.account, exc_info=failure)
            self._give(Return(call.number, Ended.FAULT))

    def _give(self, result: Return) -> None:
        self._returns.append(result)
        if len(self._returns) == 1:
            self._loop.call_soon(self._flush)

    def _flush(self) -> None:
        returns, self._returns = self._returns, []
        issue = self._issues.number()
        news = self._issues.catalogue() if issue != self._sent else None
        self._sent = issue
        if self._transport is not None:
            self._transport.write(
                pack(Down(returns, self._pressure.stage is Stage.FULL, issue, news))
            )
