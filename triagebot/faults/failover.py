"""Lets the primary's machine die under load, again and again, while Patroni puts another in place.

The dead machine comes back as a standby before the next one dies.
"""

from __future__ import annotations

import asyncio
import time

from triagebot.faults.outages import Outages
from triagebot.faults.patroni import PatroniCluster
from triagebot.faults.plan import Load
from triagebot.faults.tally import Tally

PATIENCE = 120.0


def run(plan: Load) -> Tally:
    """Kill the primary once a round. Raises `NothingToDo` where Patroni is not installed."""
    return Failovers(plan, PatroniCluster()).run()


class Failovers(Outages[PatroniCluster]):
    """Rounds that begin with a primary and end with three members."""

    name = "failover"
    lengths = (1.0, 5.0)

    async def disturb(self, number: int, length: float) -> None:
        """Kill the primary, wait for another, and bring the dead one back."""
        await asyncio.sleep(length)
        victim = await self.primary()
        self.postgres.kill(victim)
        await self.followed(victim)
        self.postgres.bring_back(victim)
        await self.whole()

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
