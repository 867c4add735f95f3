"""Takes PostgreSQL away from two nodes under load, kills nodes meanwhile, and counts what is lost.

What is acknowledged from a spool gets a fixed text or nothing; only a reply of the bot counts as
an answer that must always be the same.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import psycopg

from triagebot.faults.ledger_check import ACKNOWLEDGED, shown
from triagebot.faults.postgres import PostgresServer
from triagebot.faults.process import PROGRAM, ServerProcess
from triagebot.faults.sender import Sender
from triagebot.faults.tally import Tally

RATE = 200.0
NODES = 2
HELD = "消息已收到，马上回复您。"
KINDS = ("killed", "frozen", "restarted")
SLOWEST_ANSWER = 2.5
SLOWEST_EMPTYING = 60.0

_ROWS = """
SELECT id, detail::json ->> 'MsgId', fan, sent_at, detail, reply FROM message
WHERE channel LIKE 'wechat:%' ORDER BY id
"""
_EMPTY = ("triagebot_spool_messages 0.0", "triagebot_store_away 0.0")


def run(
    rounds: int,
    seed: int,
    folder: Path,
    models: Path,
    *,
    rate: float = RATE,
    seconds: tuple[float, float] = (4.0, 20.0),
    program: Sequence[str] = PROGRAM,
    planted: str = "",
    report: Callable[[int], None] = lambda _: None,
) -> Tally:
    """Let `rounds` outages happen, each of so many `seconds`, from and to.

    In turn PostgreSQL is killed, frozen, and restarted; in every second outage a node is killed
    too, and started again once the database is back. `program` may be a server with a planted
    fault, which must show.
    """
    tally = Tally("outages", seed, planted)
    outages = _Outages(tally, folder, models, program, random.Random(seed))  # noqa: S311
    with tally.timed():
        try:
            asyncio.run(outages.live(rounds, rate, seconds, report))
        finally:
            outages.end()
    return tally


class _Outages:
    def __init__(
        self,
        tally: Tally,
        folder: Path,
        models: Path,
        program: Sequence[str],
        chance: random.Random,
    ) -> None:
        self._tally = tally
        self._chance = chance
        self._postgres = PostgresServer()
        self._nodes = [
            ServerProcess(
                folder / f"node-{number}",
                models,
                program,
                database=self._postgres.url,
                settings={"spool.text": HELD},
            )
            for number in range(NODES)
        ]

    async def live(
        self,
        rounds: int,
        rate: float,
        seconds: tuple[float, float],
        report: Callable[[int], None],
    ) -> None:
        """Start everything, let the outages come, and compare."""
        self._postgres.start()
        for node in self._nodes:
            node.launch()
        await asyncio.gather(*(asyncio.to_thread(node.wait_until_ready) for node in self._nodes))
        sender = Sender(
            [node.url for node in self._nodes], rate, self._chance, neutral=self._neutral
        )
        async with sender.sending():
            await asyncio.sleep(2.0)
            for number in range(rounds):
                with_node = number % 2 == 0
                await self._outage(KINDS[number % len(KINDS)], seconds, with_node)
                self._tally.rounds += 1
                report(self._tally.rounds)
        await sender.once_more(100)
        await self._emptied()
        self._compare(sender)

    def end(self) -> None:
        """Stop everything that still runs."""
        for node in self._nodes:
            node.kill()
        self._postgres.remove()

    async def _outage(self, kind: str, seconds: tuple[float, float], with_node: bool) -> None:
        self._tally.add(f"PostgreSQL {kind}")
        if kind == "frozen":
            self._postgres.freeze()
        else:
            (self._postgres.kill if kind == "killed" else self._postgres.stop)()
        length = self._chance.uniform(*seconds)
        await asyncio.sleep(length / 2)
        victim = self._chance.choice(self._nodes) if with_node else None
        if victim:
            victim.kill()
            self._tally.add("nodes killed meanwhile")
        await asyncio.sleep(length / 2)
        if kind == "frozen":
            self._postgres.thaw()
        else:
            await asyncio.to_thread(self._postgres.start)
        if victim:
            victim.launch()
            await asyncio.to_thread(victim.wait_until_ready)
        self._tally.worst("slowest emptying of a spool, s", await self._emptied())

    async def _emptied(self) -> float:
        """Wait until no node has anything in its spool, and return the seconds."""
        began = time.monotonic()
        while time.monotonic() - began < 2 * SLOWEST_EMPTYING:
            if all([await asyncio.to_thread(_is_empty, node) for node in self._nodes]):
                return time.monotonic() - began
            await asyncio.sleep(0.1)
        self._tally.faults.append("a spool was not emptied")
        return time.monotonic() - began

    def _neutral(self, body: bytes) -> bool:
        """Whether a body says nothing but that the message has come."""
        is_held = HELD.encode() in body
        self._tally.add("acknowledged from a spool", is_held)
        return is_held or body == ACKNOWLEDGED

    def _compare(self, sender: Sender) -> None:
        with psycopg.connect(self._postgres.plain_url) as connection:
            rows = connection.execute(_ROWS).fetchall()
        stored = {int(row[1]): shown(row) for row in rows}
        ledger, tally = sender.ledger, self._tally
        tally.acked = len(ledger.acknowledged)
        tally.stored = len(stored)
        tally.lost = len(ledger.acknowledged - stored.keys())
        tally.doubled = len(rows) - len(stored)
        tally.different = ledger.different + sum(
            1 for number, body in ledger.answers.items() if stored.get(number, body) != body
        )
        tally.figures["slowest answer, s"] = round(ledger.slowest, 3)
        tally.figures["ends"] = ", ".join(f"{n} {end}" for end, n in ledger.ends.items())


def _is_empty(node: ServerProcess) -> bool:
    lines = node.metrics()
    return all(line in lines for line in _EMPTY)
