"""Takes PostgreSQL away from two nodes under load, kills nodes meanwhile, and counts what is lost.

What is acknowledged from a spool gets a fixed text or nothing; only a reply of the bot counts as
an answer that must always be the same.
"""

from __future__ import annotations

import asyncio
import time
from abc import ABC, abstractmethod
from typing import ClassVar, Generic, Protocol, TypeVar

import psycopg

from triagebot.faults.ledger_check import ACKNOWLEDGED, shown
from triagebot.faults.plan import Load
from triagebot.faults.planted import program
from triagebot.faults.postgres import PostgresServer
from triagebot.faults.process import ServerProcess
from triagebot.faults.sender import Sender
from triagebot.faults.tally import SLOWEST, Tally

NODES = 2
HELD = "消息已收到，马上回复您。"
KINDS = ("killed", "frozen", "restarted")
SLOWEST_EMPTYING = 60.0

_ROWS = """
SELECT id, detail::json ->> 'MsgId', fan, sent_at, detail, reply FROM message
WHERE channel LIKE 'wechat:%' ORDER BY id
"""
_EMPTY = ("triagebot_spool_messages 0.0", "triagebot_store_away 0.0")


def run(plan: Load) -> Tally:
    """Let an outage a round happen: in turn PostgreSQL is killed, frozen, and restarted.

    In every second one a node is killed too, and started again once the database is back.
    """
    return _Taken(plan, PostgresServer()).run()


class Postgres(Protocol):
    """A database with files of its own."""

    @property
    def url(self) -> str:
        """Its address for nodes."""

    @property
    def plain_url(self) -> str:
        """Its address for the driver alone."""

    def start(self) -> float:
        """Start it."""

    def remove(self) -> None:
        """End it in any state."""


P = TypeVar("P", bound=Postgres)


class Outages(ABC, Generic[P]):
    """Two nodes on one database under load; `disturb` is what happens to them in a round."""

    name: ClassVar[str]
    lengths: ClassVar[tuple[float, float]]
    """How many seconds the trouble of a round lasts where the plan does not say it."""

    def __init__(self, plan: Load, postgres: P) -> None:
        self.tally = Tally(self.name, plan.seed, plan.planted)
        self.chance = plan.chance()
        self.postgres = postgres
        self._plan = plan
        self._slowest = SLOWEST[self.name] if plan.slowest is None else plan.slowest
        self.nodes = [
            ServerProcess(
                plan.folder / f"node-{number}",
                plan.models,
                program(plan.planted),
                database=self.postgres.url,
                settings={"spool.text": HELD},
            )
            for number in range(NODES)
        ]

    def run(self) -> Tally:
        """Start everything, let the rounds come, compare, and stop everything that still runs."""
        with self.tally.timed():
            try:
                asyncio.run(self._live())
            finally:
                for node in self.nodes:
                    node.kill()
                self.postgres.remove()
        return self.tally

    async def _live(self) -> None:
        plan = self._plan
        self.postgres.start()
        for node in self.nodes:
            node.launch()
        await asyncio.gather(*(asyncio.to_thread(node.wait_until_ready) for node in self.nodes))
        urls = [node.url for node in self.nodes]
        sender = Sender(urls, plan.rate, self.chance, neutral=self._neutral)
        async with sender.sending():
            await asyncio.sleep(2.0)
            for number in range(plan.rounds):
                await self.disturb(number, self.chance.uniform(*(plan.lengths or self.lengths)))
                self.tally.worst("slowest emptying of a spool, s", await self._emptied())
                self.tally.rounds += 1
                plan.report(self.tally.rounds)
        await sender.once_more(100)
        await self._emptied()
        self._compare(sender)

    @abstractmethod
    async def disturb(self, number: int, length: float) -> None:
        """Do to the nodes or their database what this is about; `length` is in seconds."""

    async def _emptied(self) -> float:
        """Wait until no node has anything in its spool, and return the seconds."""
        began = time.monotonic()
        while time.monotonic() - began < 2 * SLOWEST_EMPTYING:
            if all([await asyncio.to_thread(_is_empty, node) for node in self.nodes]):
                return time.monotonic() - began
            await asyncio.sleep(0.1)
        self.tally.faults.append("a spool was not emptied")
        return time.monotonic() - began

    def _neutral(self, body: bytes) -> bool:
        """Whether a body says nothing but that the message has come."""
        is_held = HELD.encode() in body
        self.tally.add("acknowledged from a spool", is_held)
        return is_held or body == ACKNOWLEDGED

    def _compare(self, sender: Sender) -> None:
        with psycopg.connect(self.postgres.plain_url) as connection:
            rows = connection.execute(_ROWS).fetchall()
        stored = {int(row[1]): shown(row) for row in rows}
        ledger, tally = sender.ledger, self.tally
        tally.acked = len(ledger.acknowledged)
        tally.stored = len(stored)
        tally.lost = len(ledger.acknowledged - stored.keys())
        tally.doubled = len(rows) - len(stored)
        tally.different = ledger.different + sum(
            1 for number, body in ledger.answers.items() if stored.get(number, body) != body
        )
        tally.figures["slowest answer, s"] = round(ledger.slowest, 3)
        if ledger.slowest > self._slowest:
            tally.faults.append(f"an answer took {ledger.slowest:.3f} s")
        tally.figures["ends"] = ", ".join(f"{n} {end}" for end, n in ledger.ends.items())


class _Taken(Outages[PostgresServer]):
    name = "outages"
    lengths = (4.0, 20.0)

    async def disturb(self, number: int, length: float) -> None:
        """Take PostgreSQL away for so many seconds, in one of three ways."""
        kind, with_node = KINDS[number % len(KINDS)], number % 2 == 0
        self.tally.add(f"PostgreSQL {kind}")
        if kind == "frozen":
            self.postgres.freeze()
        else:
            (self.postgres.kill if kind == "killed" else self.postgres.stop)()
        await asyncio.sleep(length / 2)
        victim = self.chance.choice(self.nodes) if with_node else None
        if victim:
            victim.kill()
            self.tally.add("nodes killed meanwhile")
        await asyncio.sleep(length / 2)
        if kind == "frozen":
            self.postgres.thaw()
        else:
            await asyncio.to_thread(self.postgres.start)
        if victim:
            victim.launch()
            await asyncio.to_thread(victim.wait_until_ready)


def _is_empty(node: ServerProcess) -> bool:
    lines = node.metrics()
    return all(line in lines for line in _EMPTY)
