"""Cuts members of a cluster of three off from the others, from etcd and from the nodes.

Nobody is told: packets vanish. A primary that is cut off must stop by itself before another takes
its place, and must follow it when its line is back, whatever it believed meanwhile.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace

from triagebot.errors import NothingToDo
from triagebot.faults.failover import Failovers
from triagebot.faults.networks import Networks
from triagebot.faults.patroni import MEMBERS, PatroniCluster
from triagebot.faults.plan import Load
from triagebot.faults.tally import Tally

KINDS = ("the primary cut off", "a standby cut off", "all cut off, one after the other")
ASLEEP = "asleep"
PAUSE = (0.3, 2.0)
"""Seconds between two lines that are cut or healed, from and to."""


def run(plan: Load) -> Tally:
    """Part the members once a round, in turn in each way.

    With `planted` "asleep" the Patroni of a primary hangs when it is cut off, so that nobody stops
    it; nodes with another `planted` fault must show as well. Raises `NothingToDo` where Patroni is
    not installed or networks cannot be made.
    """
    networks = Networks(MEMBERS)
    try:
        cluster = PatroniCluster(networks)
    except NothingToDo:
        networks.remove()
        raise
    # If it is a member that sleeps, the nodes are sound.
    parted = _Parted(replace(plan, planted="") if plan.planted == ASLEEP else plan, cluster)
    parted.tally.planted = plan.planted
    return parted.run()


class _Parted(Failovers):
    name = "parted"
    lengths = (5.0, 15.0)

    async def disturb(self, number: int, length: float) -> None:
        """Cut one or all off, heal them, and wait until all are there again."""
        kind = KINDS[number % len(KINDS)]
        self.tally.add(kind)
        primary = await self.primary()
        if kind == KINDS[0]:
            await self._part(primary)
        else:
            standby = self.chance.choice([n for n in range(MEMBERS) if n != primary])
            members = [standby] if kind == KINDS[1] else list(range(MEMBERS))
            await self._cut(members)
            await asyncio.sleep(length)
            await self._heal(members)
        await self.whole()
        await self.primary()

    async def _part(self, primary: int) -> None:
        """Cut a primary off until another takes writes, which it must not do then."""
        if self.tally.planted == ASLEEP:
            self.postgres.hold(primary)
        await self._cut([primary])
        await self.followed(primary)
        if await asyncio.to_thread(self.postgres.takes_writes, primary):
            self.tally.faults.append("two members took writes at once")
        self.postgres.let_go(primary)
        await self._heal([primary])

    async def _cut(self, members: list[int]) -> None:
        await self._in_any_order(members, Networks.cut)

    async def _heal(self, members: list[int]) -> None:
        await self._in_any_order(members, Networks.heal)

    async def _in_any_order(
        self, members: list[int], change: Callable[[Networks, int], None]
    ) -> None:
        networks = self.postgres.networks
        if networks is None:
            raise NothingToDo("The members have no networks of their own.")
        for member in self.chance.sample(members, len(members)):
            await asyncio.to_thread(change, networks, member)
            await asyncio.sleep(self.chance.uniform(*PAUSE))
