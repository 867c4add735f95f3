"""Empties a spool into the store: in order for each fan, and each message once."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

from triagebot.domain.message import Inbound
from triagebot.errors import Busy
from triagebot.store.messages import Outcome
from triagebot.store.spool import Spool
from triagebot.store.spooled import Spooled

log = logging.getLogger(__name__)

AT_ONCE = 64
"""Few, as new messages are thought about between two batches."""


class Intake(Protocol):
    """Stores messages with their decisions."""

    def accept(self, inbound: Inbound) -> Awaitable[Outcome]:
        """Return what ends once the message is on disk, and with `Busy` when it is not."""


Stored = Callable[[Inbound, Outcome], Awaitable[None]]
"""What is to be done when a message has come from the spool into the store."""


async def drain(spool: Spool, intake: Intake, stored: Stored) -> int:
    """Store the oldest messages of the spool, and return how many that were.

    `stored` is told of each that nobody else has recorded, before the spool forgets it.
    A message that the store has already, because only its answer was late, is known by its key.
    Raises `Busy` when the store goes away meanwhile; the rest then stays.
    """
    batch = await spool.oldest(AT_ONCE)
    ends = await asyncio.gather(*(_store(intake, message, stored) for message in batch))
    safe = [message for message, end in zip(batch, ends, strict=True) if end is None]
    await spool.drop(safe)
    if any(isinstance(end, Busy) for end in ends):
        raise Busy("The store went away again.")
    await _note(spool, [message for message, end in zip(batch, ends, strict=True) if end])
    return len(safe)


async def _store(intake: Intake, message: Spooled, stored: Stored) -> Exception | None:
    if message.inbound is None:
        return ValueError("altered on disk")
    try:
        outcome = await intake.accept(message.inbound)
        if not outcome.duplicate:  # else whoever recorded it has answered it
            await stored(message.inbound, outcome)
    except Exception as error:
        return error
    return None


async def _note(spool: Spool, bad: Sequence[Spooled]) -> None:
    if bad:
        log.critical("ALARM: %d messages in the spool cannot be stored", len(bad))
        await spool.failed(bad)
