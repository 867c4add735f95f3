"""Import a million followers from WeChat played in a process of its own; time and memory.

python tests/benchmarks/bench_followers.py [COUNT]
"""

from __future__ import annotations

import asyncio
import multiprocessing
import resource
import sys
import tempfile
import time
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from pathlib import Path

import aiohttp
from aiohttp import web

from triagebot.channels.wechat.account import Account, Mode
from triagebot.channels.wechat.connection import api_of
from triagebot.channels.wechat.following import import_followers
from triagebot.fakewechat.platform import Platform
from triagebot.store.database import Database

APPID, SECRET = "wx00000000000000aa", "0123456789abcdef0123456789abcdef"
ACCOUNT = Account("main", APPID, tokens=("token1",), mode=Mode.PLAIN, secret=SECRET)
MIB = 1024


def play(count: int, pipe: Connection) -> None:
    """Serve followers until the parent has had enough."""

    async def serve() -> None:
        platform = Platform(APPID, SECRET)
        for number in range(count):
            platform.follow(f"oFollower{number:019}")
        runner = web.AppRunner(platform.app())
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        pipe.send(site._server.sockets[0].getsockname()[1])
        await asyncio.to_thread(pipe.recv)

    asyncio.run(serve())


async def measure(port: int, folder: Path) -> tuple[int, float]:
    db = Database(f"sqlite:///{folder / 'fans.db'}", clock=lambda: datetime.now(UTC))
    await db.start()
    began = time.perf_counter()
    async with aiohttp.ClientSession() as session:
        url = f"http://127.0.0.1:{port}"
        api = api_of(ACCOUNT, session, lambda: datetime.now(UTC), url)
        done = await import_followers(api, db, ACCOUNT.channel)
    seconds = time.perf_counter() - began
    await db.close()
    return done.new, seconds


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    ours, theirs = multiprocessing.Pipe()
    platform = multiprocessing.get_context("spawn").Process(target=play, args=(count, theirs))
    platform.start()
    port = ours.recv()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / MIB
    with tempfile.TemporaryDirectory() as folder:
        new, seconds = asyncio.run(measure(port, Path(folder)))
        size = (Path(folder) / "fans.db").stat().st_size / MIB / MIB
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / MIB
    ours.send("enough")
    platform.join()
    print(f"{new:,} of {count:,} followers in {seconds:.1f} s, {new / seconds:,.0f} a second")
    print(f"memory {before:.0f} → {after:.0f} MiB at most; the store has {size:.0f} MiB")


if __name__ == "__main__":
    main()
