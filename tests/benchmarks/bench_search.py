"""Time search over a store of many messages, and what a plain LIKE takes for the same words.

python tests/benchmarks/bench_search.py [MESSAGES]

Builds a SQLite store in a temporary folder, a million messages by default, indexes it as the
server does, and prints p50 and p95 in milliseconds for one- to four-character queries.
"""

from __future__ import annotations

import asyncio
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection, text

from triagebot.channels.demo.fans import demo_messages
from triagebot.store import bulk, search
from triagebot.store.database import Database
from triagebot.store.tables import conversation, message

FANS = 20_000
BATCH = 5_000
ROUNDS = 20
WORDS = ("F码", "2S线", "机", "发货", "刷机", "什么时候", "发票", "k70", "订单号", "麒麟")
"""Rare and common ones, one character and many."""


def main() -> None:
    """Build, measure, print."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(measure(Path(folder) / "search.db", count))


async def measure(file: Path, count: int) -> None:
    """Fill a store at `file` and time the words on it."""
    database = Database(f"sqlite:///{file}", clock=lambda: datetime.now(UTC))
    await database.start()
    began = time.perf_counter()
    await database.write(add_fans)
    texts = varied_texts()
    for start in range(0, count, BATCH):
        await database.write(add_messages, start, min(BATCH, count - start), texts)
    filled = time.perf_counter()
    while await database.write(search.index_new, BATCH):
        pass
    indexed = time.perf_counter()
    print(
        f"{count} messages: stored in {filled - began:.0f} s, indexed in {indexed - filled:.0f} s"
    )
    await show("search", database, lambda word: lambda c: search.find(c, word, 100))
    await show("LIKE", database, lambda word: lambda c: like(c, word), rounds=2)
    await database.close()


async def show(
    name: str,
    database: Database,
    work: Callable[[str], Callable[[Connection], object]],
    rounds: int = ROUNDS,
) -> None:
    """Time the words in turn and print what they took."""
    taken = []
    for _ in range(rounds):
        for word in WORDS:
            began = time.perf_counter()
            await database.read(work(word))
            taken.append((time.perf_counter() - began) * 1000)
    p95 = statistics.quantiles(taken, n=20)[-1]
    print(f"{name:8} p50 {statistics.median(taken):7.1f} ms   p95 {p95:7.1f} ms")


def like(connection: Connection, word: str) -> object:
    """The same by a scan, newest first."""
    sql = "SELECT id FROM message WHERE text LIKE :word ORDER BY id DESC LIMIT 100"
    return connection.execute(text(sql), {"word": f"%{word}%"}).all()


def varied_texts() -> list[str]:
    """Fans' messages with numbers and rare words here and there, the same each time."""
    chance = random.Random(7)
    spoken = [each for each in demo_messages() if each]
    rare = ("F码", "2S线", "麒麟", "k70", "")
    return [
        f"{chance.choice(spoken)} {chance.choice(rare) if chance.random() < 0.01 else ''}"
        f"{chance.randrange(10_000)}"
        for _ in range(50_000)
    ]


def add_fans(connection: Connection) -> None:
    """Add the conversations that the messages belong to."""
    names = (
        "channel", "fan", "status", "last_at", "last_text", "unread", "confidence", "misses",
        "offered", "last_question", "small_talk", "fence", "window_until",
    )  # fmt: skip
    rows = [
        ("bench", f"fan-{n}", "pending", 0, "", 0, 0.0, 0, "[]", "", 0, 0, 0) for n in range(FANS)
    ]
    bulk.insert(connection, conversation, names, rows)


def add_messages(connection: Connection, start: int, count: int, texts: list[str]) -> None:
    """Add messages, a second apart."""
    names = (
        "conversation_id", "channel", "fan", "key", "kind", "text", "detail", "sent_at",
        "received_at", "action", "reason", "confidence", "answer_confidence", "threshold",
        "options", "model",
    )  # fmt: skip
    rows = [
        (
            n % FANS + 1, "bench", f"fan-{n % FANS}", str(n), "text", texts[n % len(texts)], "{}",
            n * 1000, n * 1000, "human", "last_resort", 0.0, 0.0, 1.0, "[]", "bench",
        )
        for n in range(start, start + count)
    ]  # fmt: skip
    bulk.insert(connection, message, names, rows)


if __name__ == "__main__":
    main()
