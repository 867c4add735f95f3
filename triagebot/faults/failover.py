"""Takes the primary away under load, again and again, while Patroni sees to it that one is there.

In turn its machine dies, its PostgreSQL alone dies, and it is asked to give its place to another.
All three members are there again before the next round.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

from triagebot.faults.outages import Outages
from triagebot.faults.patroni import MEMBERS, PatroniCluster
from triagebot.faults.plan import Load
from triagebot.faults.tally import Tally

PATIENCE = 120.0
KINDS = ("a machine died", "PostgreSQL alone died", "switched over")


def run(plan: Load) -> Tally:
    """Take the primary away once a round. Raises `NothingToDo` where Patroni is not installed."""
    return Failovers(plan, PatroniCluster()).run()


class Failovers(Outages[PatroniCluster]):
    """Rounds that begin with a primary and end with three members."""

    name = "failover"
    lengths = (1.0, 5.0)

    async def disturb(self, number: int, length: float) -> None:
        """Take the primary away, wait for one that takes writes, and for all members."""
        await asyncio.sleep(length)
        kind, victim = KINDS[number % len(KINDS)], await self.primary()
        self.tally.add(kind)
        if kind == KINDS[0]:
            self.postgres.kill(victim)
            await self.followed(victim)
            self.postgres.bring_back(victim)
        elif kind == KINDS[1]:
            self.postgres.kill_postmaster(victim)
            await self._noted(kind, self._writable)
        else:
            await self._noted(kind, lambda: self._switched(victim))
        await self.whole()

    async def _noted(self, kind: str, wait: Callable[[], Awaitable[None]]) -> None:
        began = time.monotonic()
        await wait()
        seconds = round(time.monotonic() - began, 1)
        self.tally.worst(f"{kind}: until writes were taken, s", seconds)

    async def _switched(self, victim: int) -> None:
        await asyncio.to_thread(self.postgres.switch_over, victim)
        await self.primary(victim)

    async def _writable(self) -> None:
        """Wait until any member takes writes; what Patroni says of it may be old."""
        async with asyncio.timeout(PATIENCE):
            while True:
                for member in range(MEMBERS):
                    if await asyncio.to_thread(self.postgres.takes_writes, member):
                        return
                await asyncio.sleep(0.1)

    async def followed(self, victim: int) -> None:
        """Wait until another member takes writes."""
        began = time.monotonic()
        await self.primary(victim)
        self.tally.worst("until another took writes, s", round(time.monotonic() - began, 1))

    async def whole(self) -> None:
        """Wait until all members are there."""
        whole = await asyncio.to_thread(self.postgres.wait_until_whole)
        self.tally.worst("until all three were there again, s", round(whole, 1))

    async def primary(self, dead: int = -1) -> int:
        """Wait for a primary other than the dead one. Raises `TimeoutError` if there is none."""
        async with asyncio.timeout(PATIENCE):
            while True:
                found = await asyncio.to_thread(self.postgres.primary)
                if found is not None and found != dead:
                    return found
                await asyncio.sleep(0.1)
