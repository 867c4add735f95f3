"""Lets a server serve for hours, with people at its console, and looks whether anything creeps up.

Everything is seen from outside: the kernel's figures of all processes, the size of the store, and
the list of what was acknowledged.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from pathlib import Path

from triagebot.faults import planted, traced, visitors
from triagebot.faults.level import judge
from triagebot.faults.plan import Soak
from triagebot.faults.samples import Sample, look
from triagebot.faults.tally import Tally
from triagebot.loadtest import run as sending
from triagebot.loadtest.address import find_target
from triagebot.loadtest.compare import compare
from triagebot.loadtest.own_server import PLAIN, OwnServer, own_server
from triagebot.loadtest.plan import Plan
from triagebot.loadtest.tally import Tally as Books
from triagebot.loadtest.texts import read_texts

STAY = 20.0
"""Seconds that people are at the console, about; less in a short run."""


def run(plan: Soak) -> Tally:
    """Make one soak; `rounds` are visits to the console. Raises `BadInput` if nothing starts."""
    tally = Tally("soak", plan.seed, plan.planted)
    models = (f"models.dir={plan.models.resolve()}",)
    with (
        tally.timed(),
        own_server(plan.folder, models, plan.workers, _program(plan)) as server,
    ):
        asyncio.run(_Soak(plan, tally, server).go())
    return tally


def _program(plan: Soak) -> Sequence[str]:
    usual = planted.program(plan.planted)
    return traced.program(plan.folder, usual) if plan.trace else usual


class _Soak:
    def __init__(self, plan: Soak, tally: Tally, server: OwnServer) -> None:
        self._plan = plan
        self._tally = tally
        self._server = server
        self._store = Path(server.store.removeprefix("sqlite:///"))
        self._samples: list[Sample] = []
        chance = random.Random(plan.seed)  # noqa: S311 - repeatable on purpose
        self._visitors = visitors.Visitors(server.url, min(STAY, plan.seconds / 8), chance)

    async def go(self) -> None:
        passwords = await visitors.hire(self._server.store)
        began = int(time.time())
        messages = max(1, round(self._plan.rate * self._plan.seconds))
        tag = f"{began % 2**20:05x}"
        plan = Plan(
            read_texts(None), messages, self._plan.rate, began, tag,
            duplicates=0.05, seed=self._plan.seed,
        )  # fmt: skip
        target = find_target(self._server.url)
        course = sending.Course(target, replace(PLAIN, host=target.name), plan, connections=64)
        async with self._visitors.coming(passwords), self._looking():
            books = await sending.run(course, self._plan.folder / "acked", lambda _books, _at: None)
        self._compare(plan, books)
        self._say(books)

    @asynccontextmanager
    async def _looking(self) -> AsyncIterator[None]:
        looking = asyncio.create_task(self._look())
        try:
            yield
        finally:
            looking.cancel()
            with suppress(asyncio.CancelledError):
                await looking
        if self._plan.trace:
            found = await asyncio.to_thread(traced.ask, self._plan.folder, self._server.pid)
            self._plan.trace.write_text(found, encoding="utf-8")

    async def _look(self) -> None:
        clock = asyncio.get_running_loop().time
        began, cold = clock(), True
        while True:
            at = clock() - began
            self._samples.append(look(at, self._server.pid, self._store))
            self._plan.watch(self._samples[-1], self._visitors.visits.ended)
            if cold and at > self._plan.warm:
                cold = False
                if self._plan.trace:
                    traced.look(self._server.pid)
            await asyncio.sleep(self._plan.pause)

    def _compare(self, plan: Plan, books: Books) -> None:
        kept = compare(self._server.store, f"wechat:{PLAIN.account}", plan, books.acknowledged)
        tally = self._tally
        tally.acked, tally.stored, tally.lost = books.acked, kept.stored, kept.lost
        tally.different = books.different_replies + kept.different
        tally.doubled = kept.duplicate
        tally.rounds = self._visitors.visits.ended

    def _say(self, books: Books) -> None:
        figures, visits = self._tally.figures, self._visitors.visits
        figures["messages a second"] = f"{self._plan.rate:g}"
        figures["answers"] = ", ".join(f"{n} {end or 'none'}" for end, n in books.statuses.items())
        figures["p99, s"] = round(books.latencies.quantile(0.99), 3)
        figures["slowest answer, s"] = round(books.latencies.longest, 3)
        figures["events heard at the console"] = visits.events
        figures["visits that failed"] = sum(visits.failed.values())
        verdict = judge(self._samples, self._plan.warm)
        figures.update(verdict.figures)
        each = self._samples[-1].each if self._samples else ()
        figures["memory of each process at the end"] = (
            " + ".join(f"{size / 1e6:.0f}" for size in each) + " MB"
        )
        self._tally.faults += verdict.faults
        if visits.failed:
            self._tally.faults.append(f"visits to the console failed: {dict(visits.failed)}")
