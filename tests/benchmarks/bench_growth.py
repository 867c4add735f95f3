"""What a growing store costs: start-up, messages a second, the inbox and search, at each size.

python tests/benchmarks/bench_growth.py MODELS FOLDER [--sizes 10000 1000000 10000000]
    [--texts FILE] [--fill]

Each size has a store of its own in the folder, which is filled first; `--fill` ends with that, so
that a quiet hour need not wait for it. The last size takes 5 GB of disk and most of the time.
Writes `docs/performance/growth.json`.
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

from growing import fill
from loading import load, plan_of, row
from measured import keep, machine
from sqlalchemy import Connection

from triagebot.loadtest.own_server import PLAIN, OwnServer, own_server
from triagebot.loadtest.texts import read_texts
from triagebot.store import conversation_lists, search
from triagebot.store.conversation_lists import View
from triagebot.store.database import Database

SIZES = [10_000, 1_000_000, 10_000_000]
ASKED = 15
WORDS = ("发货", "什么时候", "刷机", "怎么退货", "发票 抬头")


def main() -> None:
    """Fill, start, load and ask at each size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("models", type=Path)
    parser.add_argument("folder", type=Path, help="Of the stores; kept.")
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    parser.add_argument("--texts", type=Path)
    parser.add_argument("--rate", type=float, default=1000.0)
    parser.add_argument("--most", type=float, default=2500.0, help="More than it can do.")
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--fill", action="store_true", help="Fill the stores, measure nothing.")
    chosen = parser.parse_args()
    chosen.folder.mkdir(parents=True, exist_ok=True)
    texts, where = read_texts(chosen.texts), machine()
    stores = {size: chosen.folder.resolve() / f"{size}.db" for size in chosen.sizes}
    for size, store in stores.items():
        print(f"{size:,} messages after {fill(store, size, texts):.0f} s", flush=True)
    if chosen.fill:
        return
    rows = []
    for size, store in stores.items():
        url = f"sqlite:///{store}"
        rows.append({"stored": size, **measure(chosen, url, texts), **asyncio.run(ask(url))})
    note = f"One process, offered {chosen.most:,.0f} messages a second; p99 and CPU at "
    keep("growth", rows, f"{note}{chosen.rate:,.0f} a second.", where)


def measure(chosen: argparse.Namespace, url: str, texts: Sequence[str]) -> dict[str, Any]:
    """Start a server on a store and load it; return start-up seconds and the run's figures."""
    began = time.monotonic()
    settings = (f"models.dir={chosen.models.resolve()}", f"database.url={url}")
    with own_server(chosen.folder, settings) as server:
        started = time.monotonic() - began
        usual = loaded(server, texts, chosen.rate, chosen.seconds)
        most = loaded(server, texts, chosen.most, chosen.seconds / 2)
    return {
        "start s": round(started, 2), "messages/s": most["served/s"],
        "p99 ms": usual["p99 ms"], "CPU µs": usual["CPU µs"],
    }  # fmt: skip


def loaded(server: OwnServer, texts: Sequence[str], rate: float, seconds: float) -> dict[str, Any]:
    """Return the figures of a load."""
    plan = plan_of(texts, rate, seconds)
    tally, usage = load(server.url, PLAIN, plan, server.pid, 256)
    return row("", plan, tally, None, usage)


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
