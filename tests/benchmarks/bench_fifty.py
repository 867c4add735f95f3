"""Fifty agents take from one queue at once: when does each see what the others have taken?

    python tests/benchmarks/bench_fifty.py --models FOLDER [--postgres] [--keep]

A server of its own, over HTTP and its stream of events. Every agent watches and takes, one a second
each, until nobody waits. Measured is the time from sending a take to when each of the other 49 was
told whose the fan is, and counted what was taken twice or lost. `--keep` writes the table to
`docs/performance/fifty.json`.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import aiohttp
from measured import keep, machine, table

from triagebot.domain.agent import Role
from triagebot.faults.postgres import PostgresServer
from triagebot.faults.process import ServerProcess
from triagebot.store import agents
from triagebot.store.database import Database
from triagebot.web.passwords import Passwords

AGENTS = 50
PASSWORD = "correct horse"
CONVERSATIONS = "/api/v1/conversations"
QUIET_SECONDS = 10


class Screen:
    """One agent's browser: takes, and notes when it is told whose a fan is."""

    def __init__(self, name: str, url: str) -> None:
        self.name, self._url = name, url
        self.client = aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True))
        self.told: dict[str, tuple[str, float]] = {}
        self.resyncs = 0

    async def sign_in(self) -> None:
        body = {"name": self.name, "password": PASSWORD}
        async with self.client.post(f"{self._url}/api/v1/session", json=body) as answer:
            answer.raise_for_status()
            self.client.headers["X-CSRF-Token"] = (await answer.json())["csrf"]

    async def watch(self) -> None:
        unlimited = aiohttp.ClientTimeout(total=None)
        async with self.client.get(f"{self._url}/api/v1/events", timeout=unlimited) as stream:
            name = ""
            async for raw in stream.content:
                key, _, value = raw.decode().rstrip("\n").partition(": ")
                if key == "event":
                    name = value
                    self.resyncs += name == "resync"
                if key == "data" and name == "conversation":
                    self._hear(json.loads(value))

    def _hear(self, row: dict) -> None:
        if row["agent"]:
            self.told.setdefault(row["id"], (row["agent"]["name"], time.perf_counter()))

    async def take(self, row: dict) -> float | None:
        """Return when the take was sent, None when somebody was quicker."""
        began = time.perf_counter()
        path = f"{self._url}{CONVERSATIONS}/{row['id']}/take"
        async with self.client.post(path, json={"fence": row["fence"]}) as answer:
            assert answer.status in (200, 409), await answer.text()
            return began if answer.status == 200 else None

    async def waiting(self) -> list[dict]:
        address = f"{self._url}{CONVERSATIONS}?view=waiting&limit=20"
        async with self.client.get(address) as answer:
            return (await answer.json())["items"]


async def work_off(screen: Screen, place: int) -> list[tuple[str, float]]:
    """Take a fan near the top each second until nobody waits; some want the same one at once."""
    mine = []
    while rows := await screen.waiting():
        row = rows[place % len(rows)]
        sent = await screen.take(row)
        if sent is not None:
            mine.append((row["id"], sent))
        await asyncio.sleep(1)
    return mine


async def measure(url: str, store: str, fans: int) -> dict[str, object]:
    screens = [Screen(f"agent-{i}", url) for i in range(AGENTS)]
    for screen in screens:
        await screen.sign_in()
    watching = [asyncio.create_task(screen.watch()) for screen in screens]
    await asyncio.sleep(1)
    taken = await asyncio.gather(*(work_off(each, i) for i, each in enumerate(screens)))
    sent = {number: at for mine in taken for number, at in mine}
    owner = {number: f"agent-{i}" for i, mine in enumerate(taken) for number, _ in mine}
    until = time.monotonic() + QUIET_SECONDS
    while time.monotonic() < until and any(sent.keys() - each.told.keys() for each in screens):  # noqa: ASYNC110
        await asyncio.sleep(0.05)
    found = figures(screens, sent, owner)
    for task in watching:
        task.cancel()
    await asyncio.gather(*watching, return_exceptions=True)
    for screen in screens:
        await screen.client.close()
    twice = sum(map(len, taken)) - len(sent)
    return {"store": store, "fans": fans, "twice": twice, "lost": fans - len(sent), **found}


def figures(screens: list[Screen], sent: dict[str, float], owner: dict[str, str]) -> dict:
    seen, wrong, never = [], 0, 0
    for screen in screens:
        for number, began in sent.items():
            if owner[number] == screen.name:
                continue
            name, at = screen.told.get(number, ("", 0.0))
            never += not name
            wrong += bool(name) and name != owner[number]
            if name:
                seen.append((at - began) * 1000)
    cut = statistics.quantiles(seen, n=100)
    return {
        "p50 ms": round(cut[49]),
        "p95 ms": round(cut[94]),
        "p99 ms": round(cut[98]),
        "max ms": round(max(seen)),
        "told": len(seen),
        "never told": never,
        "told wrong": wrong,
        "resyncs": sum(each.resyncs for each in screens),
    }


async def add_agents(url: str) -> None:
    passwords, now = Passwords(memory_kib=64, rounds=1), datetime.now(UTC)
    hashed = passwords.hash(PASSWORD)
    passwords.close()
    database = Database(url, clock=lambda: datetime.now(UTC))
    await database.start()
    for i in range(AGENTS):
        await database.write(agents.add, f"agent-{i}", Role.AGENT, hashed, now)
    await database.close()


async def queue_up(url: str, fans: int) -> None:
    """Let each fan ask for a person in the web chat."""
    for _ in range(fans):
        async with (
            aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as fan,
            fan.post(f"{url}/api/v1/chat", json={"text": "转人工"}) as answer,
        ):
            answer.raise_for_status()


@contextmanager
def store_of(folder: Path, postgres: bool) -> Iterator[tuple[str, str]]:
    if not postgres:
        yield "SQLite", f"sqlite:///{folder / 'fifty.db'}"
        return
    server = PostgresServer()
    server.start()
    try:
        yield "PostgreSQL", server.url
    finally:
        server.remove()


def run(models: Path, postgres: bool, fans: int) -> dict[str, object]:
    with tempfile.TemporaryDirectory() as name, store_of(Path(name), postgres) as (store, url):
        asyncio.run(add_agents(url))
        server = ServerProcess(Path(name) / "server", models, database=url)
        server.launch()
        server.wait_until_ready()
        address = f"http://127.0.0.1:{server.port}"
        try:
            asyncio.run(queue_up(address, fans))
            return asyncio.run(measure(address, store, fans))
        finally:
            server.stop()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models", type=Path, required=True, help="folder with a promoted bundle")
    parser.add_argument("--fans", type=int, default=500)
    parser.add_argument("--postgres", action="store_true", help="on PostgreSQL besides")
    parser.add_argument("--keep", action="store_true", help="write the table for the docs")
    options = parser.parse_args()
    where = machine()
    stores = (False, True) if options.postgres else (False,)
    rows = [run(options.models.resolve(), postgres, options.fans) for postgres in stores]
    if options.keep:
        keep(
            "fifty",
            rows,
            "From sending a take until each of the other 49 screens is told.",
            where=where,
        )
    else:
        print("\n".join(table(rows)))


if __name__ == "__main__":
    main()
