"""Kills a server under load, again and again, and looks each time for what it had acknowledged."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable

from triagebot.errors import Busy
from triagebot.faults.ledger_check import LedgerCheck
from triagebot.faults.plan import Load
from triagebot.faults.planted import program
from triagebot.faults.process import ServerProcess
from triagebot.faults.sender import Sender
from triagebot.faults.tally import Tally

WHILE_STARTING = 0.25
"""The share of kills that fall into the start, when the store is being recovered."""

SLOWEST_START = 3.0


def run(plan: Load) -> Tally:
    """Kill a server once a round, on the same store. Raises `Busy` when it does not start."""
    tally = Tally("kill", plan.seed, plan.planted)
    server = ServerProcess(plan.folder, plan.models, program(plan.planted))
    ends = time.monotonic() + plan.within

    def goes_on() -> bool:
        plan.report(tally.rounds)
        return tally.rounds < plan.rounds and time.monotonic() < ends

    with tally.timed():
        try:
            asyncio.run(_loop(tally, server, plan.chance(), plan.rate, goes_on))
        finally:
            server.kill()
    tally.figures["kills"] = tally.rounds
    return tally


async def _loop(
    tally: Tally,
    server: ServerProcess,
    chance: random.Random,
    rate: float,
    goes_on: Callable[[], bool],
) -> None:
    sender = Sender([server.url], rate, chance)
    check = LedgerCheck(server.store)
    starts: list[float] = []
    async with sender.sending():
        await _come_up(tally, server, starts, check)
        while goes_on():
            await asyncio.sleep(chance.uniform(0.02, 0.5))
            server.kill()
            tally.rounds += 1
            if chance.random() < WHILE_STARTING:
                server.launch()
                await asyncio.sleep(chance.uniform(0.05, 1.0))
                server.kill()
                tally.rounds += 1
            await _come_up(tally, server, starts, check)
            check.compare(tally, sender.ledger)
    await sender.once_more(100)
    tally.faults += check.bring_up(thorough=True)
    check.compare(tally, sender.ledger)
    _note_starts(tally, starts)
    tally.figures["answers"] = ", ".join(f"{n} {end}" for end, n in sender.ledger.ends.items())


async def _come_up(
    tally: Tally, server: ServerProcess, starts: list[float], check: LedgerCheck
) -> None:
    server.launch()
    try:
        starts.append(await asyncio.to_thread(server.wait_until_ready))
    except Busy as error:
        tally.faults.append(f"round {tally.rounds}: {error.message}")
        raise
    tally.faults += await asyncio.to_thread(check.bring_up)


def _note_starts(tally: Tally, starts: list[float]) -> None:
    ordered = sorted(starts)
    tally.figures["recovery p50, s"] = round(ordered[len(ordered) // 2], 2)
    tally.figures["recovery max, s"] = round(ordered[-1], 2)
    tally.figures["recoveries over 3 s"] = sum(1 for start in starts if start > SLOWEST_START)
