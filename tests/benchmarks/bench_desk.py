"""The desk with 1,000,000 stored messages and 20,000 open conversations on SQLite, in Chromium.

    python tests/benchmarks/bench_desk.py --models FOLDER [--messages N] [--open N] [--store FILE]

Fills a store, serves it, and measures: first rows after navigation, an update painted at 100 events
a second, search, and grouping what waits. Prints one JSON object. The texts are made of the shipped
intents' own sentences.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import shutil
import statistics
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from aiohttp.test_utils import TestServer
from playwright.async_api import async_playwright
from sqlalchemy import Connection

from triagebot.app import Server
from triagebot.domain.agent import Role
from triagebot.settings import load_settings
from triagebot.store import agents, bulk, checksums, conversation_lists, events, search
from triagebot.store.decision_columns import to_columns
from triagebot.store.tables import conversation, message
from triagebot.store.times import to_ms

PASSWORD = "correct horse"
STEP = 20_000
EVENTS_A_SECOND = 100
UPDATES = 500
QUERIES = ("发货", "刷机", "F码", "退", "什么时候", "发票 怎么", "2S线", "红米")

PAINTED = """window.painted = new Promise((done) => new MutationObserver((_, watch) => {
  if (!document.querySelector(".row")) return;
  watch.disconnect();
  requestAnimationFrame(() => setTimeout(() => done(performance.now())));
}).observe(document, {childList: true, subtree: true}))"""
"""Resolves, in each page, to when the frame with the first rows was on the screen."""

LOADED = """window.loaded = new Promise((done) => new MutationObserver((_, watch) => {
  if (!document.querySelector(".rail-count")?.textContent) return;
  watch.disconnect();
  done(performance.now());
}).observe(document, {childList: true, subtree: true}))"""
"""Resolves to when the desk's own script had counted who waits, the last thing that it does."""


def fill(connection: Connection, start: int, count: int, open_: int, rows: list[tuple]) -> None:
    """Add messages from `start` on; the first `open_` fans wait for a person."""
    now = to_ms(datetime.now(UTC))
    rng = random.Random(start)
    fans, said = [], []
    names = ("id", "channel", "fan", "status", "opened_at", "waiting_since", "last_at", "last_text",
             "unread", "intent", "confidence", "reason", "misses", "offered", "last_question",
             "small_talk", "fence", "window_until")  # fmt: skip
    for i in range(start, start + count):
        text, intent, confidence, columns = rng.choice(rows)
        text = f"{text}{rng.choice(('', '？', '呀', '，急', '啊'))}"
        age = rng.randrange(40 * 3_600_000)
        waits = i < open_
        number = i % max(open_, 200_000)
        if i == number:
            status = "open" if waits else "resolved"
            fans.append((number + 1, "wechat:main", f"o{number}", status, now, now - age, now - age,
                         text, 1, intent, confidence, "asks_for_person", 0, "[]", "", 0, 1,
                         now - age + 48 * 3_600_000))  # fmt: skip
        at = now - (0 if waits else 3_600_000_000 - i)
        values = (i + 1, number + 1, "wechat:main", f"o{number}", f"k{i}", "text", None, text, "{}",
                  at, now if waits else at, *columns)  # fmt: skip
        said.append((*values, checksums.of(values)))
    bulk.insert(connection, conversation, names, fans)
    bulk.insert(connection, message, (*checksums.COVERED, "crc"), said)


def percentile(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def sentences(server: Server) -> list[tuple]:
    """Texts with what the model makes of them, as columns of a message."""
    from triagebot.domain.conversation import Memory
    from triagebot.domain.message import Inbound, Kind, Reply

    mind, now = server.mind.mind, datetime.now(UTC)
    texts = [each for answer in mind.catalogue.answers.values() for each in answer.questions][:3000]
    found = []
    for text, thought in zip(texts, mind.think(texts), strict=True):
        inbound = Inbound("wechat:main", "o", "k", Kind.TEXT, text, now)
        decision = mind.decide(inbound, Memory(), thought)
        columns = to_columns(decision, Reply())
        found.append((text, thought.intent, thought.confidence, columns))
    return found


async def measure_pages(address: str, server: Server, figures: dict[str, object]) -> None:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=shutil.which("chromium"))
        page = await browser.new_page(viewport={"width": 1440, "height": 900}, locale="zh-CN")
        await page.goto(f"{address}/login")
        await page.fill("[name=name]", "agent")
        await page.fill("[name=password]", PASSWORD)
        await page.keyboard.press("Enter")
        await page.wait_for_selector(".row")
        await page.add_init_script(f"{PAINTED};{LOADED}")
        taken = []
        for _ in range(10):
            await page.reload()
            taken.append(await page.evaluate("Promise.all([window.painted, window.loaded])"))
        for index, name in enumerate(("first_rows_ms", "desk_loaded_ms")):
            times = [each[index] for each in taken]
            figures[name] = {"p50": round(statistics.median(times)), "max": round(max(times))}
        figures["painted_ms"] = await measure_updates(page, server)
        await browser.close()


async def measure_updates(page, server: Server) -> dict[str, int]:
    """Let listed rows change 100 times a second and see when each change is painted."""
    ids = await page.evaluate("[...document.querySelectorAll('.row')].map(r => r.dataset.id)")
    await page.evaluate(
        "window.seen = {}; new MutationObserver(() => { for (const e of"
        " document.querySelectorAll('.row .row-text')) if (!(e.textContent in window.seen))"
        " window.seen[e.textContent] = Date.now(); }).observe(document.getElementById('rows'),"
        " {subtree: true, childList: true, characterData: true})"
    )
    sent: dict[str, float] = {}
    for i in range(UPDATES):
        name = f"update {i}"
        sent[name] = time.time() * 1000
        await server.db.write(_touch, int(ids[i % len(ids)]), name)
        await asyncio.sleep(max(0, 1 / EVENTS_A_SECOND - (time.time() - sent[name] / 1000)))
    await asyncio.sleep(1)
    seen = await page.evaluate("window.seen")
    # A row that changes again before the next frame is painted once, as it is then.
    waits = [seen[name] - at for name, at in sent.items() if name in seen]
    share = len(waits) / len(sent)
    return {"p50": round(percentile(waits, 0.5)), "p95": round(percentile(waits, 0.95)),
            "painted_share": round(share, 2)}  # fmt: skip


def _touch(connection: Connection, number: int, text: str) -> None:
    changed = conversation.update().where(conversation.c.id == number)
    fence = conversation.c.fence + 1
    connection.execute(changed.values(last_text=text, fence=fence))
    events.emit(connection, "conversation", number, {"change": "message"})


async def measure_reads(server: Server, figures: dict[str, object]) -> None:
    async def timed(times: int, *job: object) -> dict[str, float]:
        took = []
        for _ in range(times):
            began = time.perf_counter()
            await server.db.read(*job)
            took.append((time.perf_counter() - began) * 1000)
        return {"p50": round(statistics.median(took), 1), "p95": round(percentile(took, 0.95), 1)}

    view = conversation_lists.View.WAITING
    figures["queue_page_ms"] = await timed(20, conversation_lists.page, view, 1)
    figures["counts_ms"] = await timed(20, conversation_lists.counts, 1)
    found = {query: await timed(10, search.find, query, 50) for query in QUERIES}
    figures["search_p95_ms"] = max(each["p95"] for each in found.values())
    figures["search_ms"] = {query: each["p95"] for query, each in found.items()}


async def run(
    models: Path, messages: int, open_: int, store: Path, *, is_filled: bool
) -> dict[str, object]:
    figures: dict[str, object] = {"messages": messages, "open": open_}
    overrides = [f"database.url=sqlite:///{store}", f"models.dir={models}"]
    settings, _ = load_settings(None, {}, overrides)
    server = Server(settings, lambda: datetime.now(UTC))
    await server.db.start()
    await server.mind.start()
    if not is_filled:
        await fill_up(server, messages, open_)
    await measure_reads(server, figures)
    await server.mind.close()
    await server.db.close()
    async with TestServer(server.app) as test:
        await measure_pages(str(test.make_url("/")).rstrip("/"), server, figures)
        figures["cluster"] = await measure_clusters(server)
    return figures


async def fill_up(server: Server, messages: int, open_: int) -> None:
    now = datetime.now(UTC)
    hashed = await asyncio.to_thread(server.passwords.hash, PASSWORD)
    await server.db.write(agents.add, "agent", Role.AGENT, hashed, now)
    rows = sentences(server)
    for start in range(0, messages, STEP):
        await server.db.write(fill, start, min(STEP, messages - start), open_, rows)
    while await server.db.write(search.index_new, 5000):
        pass


async def measure_clusters(server: Server) -> dict[str, object]:
    from triagebot.desk.clusters import ClusterApi

    api = ClusterApi(server.db, server.mind, lambda: datetime.now(UTC) + timedelta(0))
    began, worked = time.perf_counter(), time.process_time()
    found = await api._grouping(fresh=True)
    used = time.process_time() - worked
    whole = time.perf_counter() - began
    return {
        "turns": len(found.turns),
        "grouping_s": found.seconds,
        "with_reading_s": round(whole, 2),
        "processor_s": round(used, 2),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models", type=Path, required=True, help="folder with a promoted bundle")
    parser.add_argument("--messages", type=int, default=1_000_000)
    parser.add_argument("--open", type=int, default=20_000)
    parser.add_argument("--store", type=Path, help="a file filled once and kept for the next run")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        store = (options.store or Path(folder) / "b.db").resolve()
        numbers = (options.messages, options.open)
        running = run(options.models.resolve(), *numbers, store, is_filled=store.exists())
        figures = asyncio.run(running)
    print(json.dumps(figures, ensure_ascii=False, indent=2))


if __name__ == "__main__":
    main()
