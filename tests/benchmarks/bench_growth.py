"""What a growing store costs: start-up, messages a second, the inbox and search, at each size.

python tests/benchmarks/bench_growth.py MODELS STORE.db [--sizes 10000 1000000] [--texts FILE]

The store is filled on to each size through the same recording as real messages; a run that finds
it filled already goes on from there. Writes `docs/performance/growth.json`.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from loading import SHOWN, load, plan_of, row
from measured import keep, machine
from sqlalchemy import Connection, func, select

from triagebot.domain.conversation import Memory, Status
from triagebot.domain.decision import Action, Decision, Reason
from triagebot.domain.message import Inbound, Kind, Reply
from triagebot.loadtest.own_server import PLAIN, own_server
from triagebot.loadtest.texts import read_texts
from triagebot.store import conversation_lists, hour_counts, messages, search
from triagebot.store.conversation_lists import View
from triagebot.store.database import Database
from triagebot.store.tables import message

AT_ONCE = 2000
MESSAGES_OF_A_FAN = 20
ASKED = 15
WORDS = ("发货", "什么时候", "刷机", "怎么退货", "发票 抬头")
ANSWERED = Decision(Action.ANSWER, Reason.CERTIFIED, "delivery", 0.97, "delivery/ship_time")
CALLED = Decision(Action.HUMAN, Reason.COMPLAINT, "complaint", 0.9)


def main() -> None:
    """Fill, start, load and ask at each size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("models", type=Path)
    parser.add_argument("store", type=Path)
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 1_000_000])
    parser.add_argument("--texts", type=Path)
    parser.add_argument("--rate", type=float, default=1000.0)
    parser.add_argument("--seconds", type=float, default=20.0)
    chosen = parser.parse_args()
    texts, where = read_texts(chosen.texts), machine()
    rows, url = [], f"sqlite:///{chosen.store.resolve()}"
    for size in chosen.sizes:
        asyncio.run(fill(url, size, texts))
        rows.append({"stored": size, **measure(chosen, texts), **asyncio.run(ask(url))})
    keep("growth", rows, f"Loaded with {chosen.rate:,.0f} messages a second, one process.", where)


def conclude(
    inbound: Inbound, memory: Memory, is_called: bool, _place: object
) -> messages.Conclusion:
    """Answer all but one in a hundred, as a night's traffic is."""
    if is_called or memory.status is Status.OPEN:
        return messages.Conclusion(CALLED, Reply("请稍候"), Memory(status=Status.OPEN))
    return messages.Conclusion(ANSWERED, Reply("三天内发货"), memory)


async def fill(url: str, size: int, texts: Sequence[str]) -> None:
    """Bring a store to `size` messages, indexed and counted."""
    db = Database(url, clock=lambda: datetime.now(UTC))
    await db.start()
    there = await db.read(lambda c: c.execute(select(func.count()).select_from(message)).scalar())
    while there < size:
        batch = [one(number, texts) for number in range(there, min(size, there + AT_ONCE))]
        await db.write(messages.record, batch, conclude, datetime.now(UTC))
        there += len(batch)
    while await db.write(search.index_new, AT_ONCE) == AT_ONCE:
        pass
    while await db.write(hour_counts.count_new, datetime.now(UTC), AT_ONCE):
        pass
    await db.close()


def one(number: int, texts: Sequence[str]) -> tuple[Inbound, bool]:
    """Return message `number` of the fillers, and whether it calls a person."""
    fan = f"oGR{number // MESSAGES_OF_A_FAN:013d}"
    text = texts[number % len(texts)]
    now = datetime.now(UTC)
    called = number % (100 * MESSAGES_OF_A_FAN) == 0
    return Inbound("wechat:load", fan, f"g{number}", Kind.TEXT, text, now), called


def measure(chosen: argparse.Namespace, texts: Sequence[str]) -> dict[str, Any]:
    """Start a server on the store and load it; return start-up seconds and the run's figures."""
    began = time.monotonic()
    settings = (f"models.dir={chosen.models.resolve()}",)
    settings += (f"database.url=sqlite:///{chosen.store.resolve()}",)
    with own_server(chosen.store.parent, settings) as server:
        started = time.monotonic() - began
        plan = plan_of(texts, chosen.rate, chosen.seconds)
        tally, usage = load(server.url, PLAIN, plan, server.pid, 256)
    found = row("", plan, tally, None, usage)
    kept = {
        title: found[title]
        for title in (*SHOWN.values(),)
        if title in ("served/s", "p99 ms", "CPU µs")
    }
    return {"start s": round(started, 2), **kept}


async def ask(url: str) -> dict[str, Any]:
    """Return how long the inbox and searches take, in milliseconds, median and worst."""
    db = Database(url, clock=lambda: datetime.now(UTC))
    await db.start()

    async def timed(*jobs: Callable[[Connection], object]) -> tuple[float, float]:
        spent = []
        for _ in range(ASKED):
            for job in jobs:
                began = time.perf_counter()
                await db.read(job)
                spent.append((time.perf_counter() - began) * 1000)
        return round(statistics.median(spent), 2), round(max(spent), 2)

    inbox = await timed(lambda c: conversation_lists.page(c, View.WAITING, 0))
    searches = [lambda c, words=words: search.find(c, words) for words in WORDS]
    found = await timed(*searches)
    await db.close()
    return {
        "inbox ms": inbox[0], "inbox worst ms": inbox[1],
        "search ms": found[0], "search worst ms": found[1],
    }  # fmt: skip


if __name__ == "__main__":
    main()
