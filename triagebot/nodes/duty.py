"""Parts that only one node may run at a time: they run where the lease is."""

from __future__ import annotations

import asyncio
import logging
import os
import secrets
import socket
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Protocol

from triagebot.errors import TriagebotError
from triagebot.store import leases
from triagebot.store.database import Database
from triagebot.store.leases import Lease

log = logging.getLogger(__name__)

TTL = timedelta(seconds=10)
RENEW_SECONDS = 2.0


class Part(Protocol):
    """Something that works beside the requests; it can be started again after it was closed."""

    async def start(self) -> None:
        """Begin."""

    async def close(self) -> None:
        """Stop."""


class Duty:
    """Starts `parts` while this node holds the lease `name`, and closes them when it does not.

    A node that dies is followed by another after `ttl` at the latest, one that closes at once.
    Whoever could not renew in time stops by its own monotonic clock, before the lease runs out.
    """

    def __init__(
        self,
        db: Database,
        clock: Callable[[], datetime],
        parts: Sequence[Part],
        *,
        name: str = "background",
        ttl: timedelta = TTL,
        renew_seconds: float = RENEW_SECONDS,
    ) -> None:
        self._db = db
        self._clock = clock
        self._parts = parts
        self._name = name
        self._ttl = ttl
        self._renew = renew_seconds
        self._patience = ttl.total_seconds() / 4
        self._me = node_name()
        self._held: Lease | None = None
        self._renewed = float("-inf")
        self._running: list[Part] = []
        self._task: asyncio.Task[None] | None = None

    @property
    def here(self) -> bool:
        """Whether the parts run on this node now."""
        return bool(self._running)

    async def start(self) -> None:
        """Begin to try for the lease; a node alone has it when this returns."""
        await self._look()
        self._task = asyncio.create_task(self._follow(), name=f"duty {self._name}")

    async def close(self) -> None:
        """Stop the parts and let others go on."""
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        await self._stop()
        if self._held:
            with suppress(TriagebotError, TimeoutError):
                async with asyncio.timeout(self._patience):
                    await self._db.write(leases.let_go, self._held)
        self._held = None

    async def _follow(self) -> None:
        while True:
            await asyncio.sleep(self._renew)
            try:
                await self._look()
            except Exception:  # the watch must outlive a part that cannot start
                log.exception("the duty %s failed", self._name)

    async def _look(self) -> None:
        """Renew or try for the lease, then run the parts or not."""
        began = time.monotonic()
        try:
            async with asyncio.timeout(self._patience):
                held = await self._db.write(
                    leases.hold, self._name, self._me, self._clock(), self._ttl
                )
        except (TriagebotError, TimeoutError):
            # Not knowing is borne for a while, in which the lease is certainly still ours.
            late = time.monotonic() - self._renewed > 2 * self._patience
            held = None if late else self._held
        else:
            self._renewed = began
        self._held = held
        if held and not self._running:
            await self._begin()
        elif not held and self._running:
            log.warning("the duty %s has gone to another node or nobody", self._name)
            await self._stop()

    async def _begin(self) -> None:
        log.info("the duty %s is here", self._name)
        for part in self._parts:
            self._running.append(part)
            await part.start()

    async def _stop(self) -> None:
        while self._running:
            await self._running.pop().close()


def node_name() -> str:
    """Return a name that no other process has, nor had."""
    return f"{socket.gethostname()}/{os.getpid()}/{secrets.token_hex(4)}"
