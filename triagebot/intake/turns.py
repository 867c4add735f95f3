"""Waits a moment for more from the same fan, so that a burst of messages gets one reply.

The wait is for fans who cut a sentence into several messages; each message still ends its own
request, the earlier ones without a reply. Nothing is acknowledged before it is stored.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from triagebot.domain.message import Inbound, Kind
from triagebot.intake.log_fault import log_fault
from triagebot.intake.mind import Mind, Plain, Share, Thought
from triagebot.intake.turn import parts_of
from triagebot.store.messages import Outcome

LONGEST = 3.0
"""Seconds from the first message of a burst; what is left until WeChat hangs up is for storing."""

MOST = 8
"""Messages in one turn."""

Fan = tuple[str, str]
Seconds = Callable[[str], float]
Known = Callable[[Sequence[Inbound]], Awaitable[Sequence[bool]]]


class Intake(Protocol):
    """Stores messages with their decisions."""

    def accept(self, inbound: Inbound, thought: Thought = None) -> Awaitable[Outcome]:
        """Return what ends once the message is on disk; `thought` is what is known already."""


class Thinker(Protocol):
    """Asks the mind that serves now."""

    def think(self, inbounds: Sequence[Inbound]) -> tuple[Mind, list[Plain]]:
        """Return the mind asked, and a thought for each message."""


@dataclass(slots=True)
class _Burst:
    """Messages that came together, each with who waits for its end; `closes_at` only grows."""

    latest: float
    timer: asyncio.TimerHandle | None = None
    messages: dict[str, Inbound] = field(default_factory=dict)
    waiting: dict[str, asyncio.Future[Outcome]] = field(default_factory=dict)


class Turns:
    """The door for channels whose fans write in bursts.

    `seconds` gives how long a channel waits after each message, 0 for not at all. `known` tells
    which messages are stored already: a redelivery is answered as it was and joins nothing.
    """

    def __init__(self, intake: Intake, thinker: Thinker, seconds: Seconds, known: Known) -> None:
        self._intake = intake
        self._thinker = thinker
        self._seconds = seconds
        self._known = known
        self._open: dict[Fan, _Burst] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def accept(self, inbound: Inbound) -> Awaitable[Outcome]:
        """Store a message with its decision and reply, alone or with others of its fan.

        A caller that is cancelled stops waiting; the message is stored all the same. Raises what
        the intake raises.
        """
        wait = self._seconds(inbound.channel)
        fan = (inbound.channel, inbound.fan)
        if wait > 0 and _may_join(inbound):
            return asyncio.shield(self._join(fan, inbound, wait))
        if fan in self._open:
            return self._accept_after(self._close(fan), inbound)
        return self._intake.accept(inbound)

    async def close(self) -> None:
        """Wait for no more, and store what has come."""
        for fan in list(self._open):
            self._close(fan)
        while self._tasks:
            await asyncio.wait(self._tasks)

    def _join(self, fan: Fan, inbound: Inbound, wait: float) -> asyncio.Future[Outcome]:
        loop = asyncio.get_running_loop()
        burst = self._open.get(fan)
        if burst is None:
            burst = self._open[fan] = _Burst(loop.time() + LONGEST)
        if inbound.key not in burst.messages:
            burst.messages[inbound.key] = inbound
            burst.waiting[inbound.key] = loop.create_future()
            if burst.timer:
                burst.timer.cancel()
            burst.timer = loop.call_at(min(loop.time() + wait, burst.latest), self._close, fan)
        waiting = burst.waiting[inbound.key]
        if len(burst.messages) == MOST:
            self._close(fan)
        return waiting

    async def _accept_after(self, before: asyncio.Task[None], inbound: Inbound) -> Outcome:
        await asyncio.wait({before})  # what came before is decided on before
        return await self._intake.accept(inbound)

    def _close(self, fan: Fan) -> asyncio.Task[None]:
        burst = self._open.pop(fan)
        if burst.timer:
            burst.timer.cancel()
        task = asyncio.get_running_loop().create_task(self._settle(burst))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _settle(self, burst: _Burst) -> None:
        # In the order in which the fan wrote: connections overtake each other.
        messages = sorted(burst.messages.values(), key=lambda inbound: inbound.sent_at)
        try:
            ends = await self._store(messages)
        except Exception as error:
            log_fault("Joining", error)
            alone = (self._intake.accept(one) for one in messages)
            ends = await asyncio.gather(*alone, return_exceptions=True)
        for inbound, end in zip(messages, ends, strict=True):
            waiting = burst.waiting[inbound.key]
            if waiting.done():
                continue
            if isinstance(end, BaseException):
                waiting.set_exception(end)
            else:
                waiting.set_result(end)

    async def _store(self, messages: Sequence[Inbound]) -> Sequence[Outcome | BaseException]:
        shares: dict[str, Share] = {}
        if len(messages) > 1:
            known = await self._known(messages)
            new = [one for one, old in zip(messages, known, strict=True) if not old]
            shares = self._shares(new) if len(new) > 1 else {}
        storing = (self._intake.accept(one, shares.get(one.key)) for one in messages)
        return await asyncio.gather(*storing, return_exceptions=True)

    def _shares(self, messages: Sequence[Inbound]) -> dict[str, Share]:
        mind, _ = self._thinker.think(messages)
        parts = parts_of(mind, messages, lambda asked: self._thinker.think(asked)[1])
        size = len(messages)
        return {one.key: Share(parts, place, size) for place, one in enumerate(messages)}


def _may_join(inbound: Inbound) -> bool:
    """Whether a message may be one of several: words, but no choice from a menu."""
    words = inbound.text.strip()
    is_choice = words.isdigit() or "option" in inbound.detail
    return inbound.kind in (Kind.TEXT, Kind.VOICE) and bool(words) and not is_choice
