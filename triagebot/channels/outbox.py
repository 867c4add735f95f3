"""Deliver what people wrote and the bot says late: in order, and never twice by guesswork.

A text is tried again only when the platform has certainly not taken it. When nobody can know, it
ends as uncertain and a person decides. Channels without a deliverer fetch their texts themselves.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from triagebot import logs
from triagebot.errors import ChannelRefused, TriagebotError
from triagebot.store import outbound, reply_ways
from triagebot.store.database import Database
from triagebot.store.outbound_rows import OutboundRow, State

log = logging.getLogger(__name__)

POLL_SECONDS = 1.0
DELIVERY_SECONDS = 20.0
INTERRUPTED_AFTER = timedelta(seconds=90)
"""Longer than any delivery takes: who is still sending then has died."""

LAST_ATTEMPT = 6
LONGEST_PAUSE = timedelta(seconds=60)


class Result(StrEnum):
    """How one try ended; `not_taken` may be tried again, `held` when the fan has written."""

    DELIVERED = "delivered"
    NOT_TAKEN = "not_taken"
    HELD = "held"
    REFUSED = "refused"
    UNCERTAIN = "uncertain"


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a platform said to one try; `error` is its reason in few words.

    `again_at` is before when no try has a chance, if the platform said so.
    """

    result: Result
    error: str = ""
    again_at: datetime | None = None


class Deliver(Protocol):
    """Gives one text to a platform."""

    async def __call__(self, text: OutboundRow, /) -> Receipt:
        """Return how it ended. `ChannelRefused` counts as refused, all else as uncertain."""


class Outbox:
    """The worker behind agents' texts; `deliverers` are by the full name of a channel."""

    def __init__(
        self,
        db: Database,
        deliverers: Mapping[str, Deliver],
        clock: Callable[[], datetime],
        *,
        poll_seconds: float = POLL_SECONDS,
        delivery_seconds: float = DELIVERY_SECONDS,
    ) -> None:
        self._db = db
        self._deliverers = dict(deliverers)
        self._clock = clock
        self._poll = poll_seconds
        self._limit = delivery_seconds
        self._wake = asyncio.Event()
        self._stopping = False
        self._task: asyncio.Task[None] | None = None

    def wake(self) -> None:
        """Say that there is something to deliver."""
        self._wake.set()

    async def start(self) -> None:
        """Begin to deliver."""
        self._stopping = False
        self._task = asyncio.create_task(self._run(), name="outbox")

    async def close(self) -> None:
        """Finish what is being sent, begin nothing new."""
        self._stopping = True
        self._wake.set()
        if self._task:
            await self._task

    async def deliver_due(self) -> int:
        """Deliver what is due now, and what becomes due by that; return how many were tried.

        What another sender left behind when it died ends as uncertain first. Replies that no
        redelivery came for join the queue.
        """
        now = self._clock()
        await self._db.write(reply_ways.tidy, now, now - INTERRUPTED_AFTER)
        tried = 0
        for channel, deliver in self._deliverers.items():
            while not self._stopping:
                texts = await self._db.write(outbound.claim, channel, self._clock())
                if not texts:
                    break
                tried += len(texts)
                await asyncio.gather(*(self._deliver(deliver, text) for text in texts))
        return tried

    async def _run(self) -> None:
        while not self._stopping:
            self._wake.clear()
            try:
                await self.deliver_due()
            except TriagebotError as error:
                log.warning("the outbox waits: %s", error.code)
            except Exception:  # the worker must outlive a fault
                log.exception("the outbox failed")
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._poll):
                    await self._wake.wait()

    async def _deliver(self, deliver: Deliver, text: OutboundRow) -> None:
        receipt = await self._try(deliver, text)
        logs.step("sent", outbound=text.id, conversation=text.conversation_id, end=receipt.result)
        try:
            await self._settle(text, receipt)
        except TriagebotError as error:
            # It stays `sending` and ends as uncertain later: certain to be seen, not sent twice.
            log.error("the end of text %d was not stored: %s", text.id, error.code)

    async def _try(self, deliver: Deliver, text: OutboundRow) -> Receipt:
        try:
            async with asyncio.timeout(self._limit):
                return await deliver(text)
        except ChannelRefused as error:
            return Receipt(Result.REFUSED, error.message)
        except TimeoutError:
            return Receipt(Result.UNCERTAIN, "no answer in time")
        except Exception as error:  # nobody knows how far it came
            log.error("delivering text %d failed: %s", text.id, type(error).__name__)
            return Receipt(Result.UNCERTAIN, type(error).__name__)

    async def _settle(self, text: OutboundRow, receipt: Receipt) -> None:
        if receipt.result is Result.HELD:
            await self._db.write(outbound.hold, text.id, receipt.error)
            return
        may_repeat = receipt.again_at or text.attempts < LAST_ATTEMPT
        if receipt.result is Result.NOT_TAKEN and may_repeat:
            due_at = receipt.again_at or self._clock() + pause_after(text.attempts)
            await self._db.write(outbound.retry, text.id, due_at, receipt.error)
            return
        state = _END[receipt.result]
        await self._db.write(outbound.finish, text.id, state, receipt.error)


_END = {
    Result.DELIVERED: State.DELIVERED,
    Result.NOT_TAKEN: State.FAILED,
    Result.REFUSED: State.FAILED,
    Result.UNCERTAIN: State.UNCERTAIN,
}


def pause_after(attempts: int) -> timedelta:
    """Return how long to wait after so many tries: one second, then twice as long each time."""
    return min(timedelta(seconds=2 ** (attempts - 1)), LONGEST_PAUSE)
