"""The window ledger: what each fan may still be sent, kept in the store for all processes."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime

from triagebot.domain.message import Event, Inbound, Kind
from triagebot.domain.window import ACT_TIME, Window
from triagebot.errors import TriagebotError
from triagebot.store import windows
from triagebot.store.database import Database

log = logging.getLogger(__name__)

_ACTS = frozenset({"click", "scancode_push", "scancode_waitmsg", "subscribe", "scan"})


def is_act(inbound: Inbound) -> bool:
    """Whether this opens the window for a minute; a tap on our own menu message is no message."""
    if inbound.kind is Kind.EVENT:
        return inbound.detail.get("Event", "").lower() in _ACTS
    return bool(inbound.detail.get("bizmsgmenuid"))


def moves_window(inbound: Inbound) -> bool:
    """Whether a ledger has something to note; of a message its conversation does."""
    return inbound.event is Event.UNFOLLOW or is_act(inbound)


class Ledger:
    """The windows of one account's fans.

    A fan it does not know may still be written to: WeChat's own answer is the truth. When the
    store is away, nothing is known and nothing is taken down.
    """

    def __init__(self, db: Database, channel: str, clock: Callable[[], datetime]) -> None:
        self._db = db
        self._channel = channel
        self.clock = clock

    async def note(self, inbound: Inbound) -> None:
        """Take down what a fan did; their messages are taken down with their conversation."""
        if inbound.event is Event.UNFOLLOW:
            await self.close(inbound.fan)
        elif is_act(inbound):
            until = inbound.sent_at + ACT_TIME
            if until > self.clock():
                await self._write(windows.open_by_act, inbound.fan, until)

    async def window(self, fan: str) -> Window | None:
        """Return the window of a fan, None when nothing is known."""
        try:
            return await self._db.read(windows.get, self._channel, fan)
        except TriagebotError as error:
            log.warning("a fan's window was not read: %s", error.code)
            return None

    async def spend(self, fan: str) -> None:
        """Take down that a message was sent."""
        await self._write(windows.spend, fan)

    async def use_up(self, fan: str) -> None:
        """Take down that WeChat wants to hear from the fan first."""
        await self._write(windows.use_up, fan)

    async def close(self, fan: str) -> None:
        """Take down that the fan cannot be written to any more."""
        await self._write(windows.close, fan)

    async def _write(self, step: Callable[..., None], fan: str, *more: object) -> None:
        try:
            await self._db.write(step, self._channel, fan, *more)
        except TriagebotError as error:
            # What was sent was sent; the count is put right by WeChat's next refusal.
            log.error("a fan's window was not written down: %s", error.code)
