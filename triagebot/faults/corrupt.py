"""Changes bits of a store's file, or cuts it short, and looks at what is then shown as true."""

from __future__ import annotations

import asyncio
import logging
import random
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from triagebot.errors import TriagebotError
from triagebot.faults.evening import FANS, Evening, now
from triagebot.faults.plan import Plan
from triagebot.faults.power_cut import FILE
from triagebot.faults.tally import Tally
from triagebot.store import backup, checksums, messages
from triagebot.store.database import Database
from triagebot.store.messages import MessageRow
from triagebot.store.tables import message

MESSAGES = 800
TRUNCATED = 0.05
"""The share of rounds that cut the file short instead of changing a bit."""

Shown = dict[int, MessageRow]


def run(plan: Plan) -> Tally:
    """Damage copies of one store; `different` counts wrong messages shown as right.

    `figures` say who noticed: SQLite's own check, the start, the rows' checksums, or nobody, as
    nothing that is ever read had changed. With `planted` "no checksums" rows are not verified; it
    must show.
    """
    tally = Tally("corrupt", plan.seed, plan.planted)
    chance = plan.chance()
    with tempfile.TemporaryDirectory(prefix="triagebot-corrupt-") as name, tally.timed():
        folder = Path(name)
        asyncio.run(_fill(folder / FILE, chance, plan.planted == "no checksums"))
        whole = (folder / FILE).read_bytes()
        truth = asyncio.run(_show(folder / FILE))
        tally.acked = tally.stored = len(truth)
        logging.disable(logging.CRITICAL)
        try:
            for _ in range(plan.rounds):
                _round(tally, folder / "damaged.db", _damage(whole, chance), truth)
                tally.rounds += 1
                plan.report(tally.rounds)
        finally:
            logging.disable(logging.NOTSET)
    return tally


async def _fill(path: Path, chance: random.Random, unprotected: bool) -> None:
    db = Database(f"sqlite:///{path}", clock=now)
    await db.start()
    await Evening(db, chance, lambda _: None).run(MESSAGES)
    if unprotected:
        await db.write(lambda connection: connection.execute(message.update().values(crc=None)))
    await db.close()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _damage(whole: bytes, chance: random.Random) -> bytes:
    if chance.random() < TRUNCATED:
        return whole[: chance.randrange(len(whole))]
    damaged = bytearray(whole)
    damaged[chance.randrange(len(whole))] ^= 1 << chance.randrange(8)
    return bytes(damaged)


def _round(tally: Tally, path: Path, content: bytes, truth: Shown) -> None:
    for old in path.parent.glob(f"{path.name}*"):
        old.unlink()
    path.write_bytes(content)
    by_sqlite = _found_by_sqlite(path)
    by_check = bool(backup.check_file(path))
    tally.add("found by SQLite's integrity_check", by_sqlite)
    tally.add("found by `triagebot db check`", by_check)
    try:
        shown = asyncio.run(_show(path))
    except TriagebotError:
        tally.add("refused with a clear text")
        return
    except (SQLAlchemyError, ValueError, OverflowError) as error:
        tally.faults.append(f"round {tally.rounds}: {type(error).__name__} instead of a clear text")
        return
    _judge(tally, shown, truth, by_check)


def _judge(tally: Tally, shown: Shown, truth: Shown, noticed: bool) -> None:
    masked = [row for row in shown.values() if row.decision is checksums.UNREADABLE]
    wrong = [
        row
        for row in shown.values()
        if row.decision is not checksums.UNREADABLE and truth.get(row.id) != row
    ]
    missing = len(truth.keys() - shown.keys())
    tally.different += len(wrong)
    tally.add("messages masked by their checksum", len(masked))
    if missing and noticed:
        tally.add("rounds that hid messages, found by `triagebot db check`")
    elif missing:
        tally.lost += missing
    if not (masked or wrong or missing or noticed):
        tally.add("nothing read had changed")


def _found_by_sqlite(path: Path) -> bool:
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
            return bool(connection.execute("PRAGMA integrity_check(1)").fetchone()[0] != "ok")
    except (sqlite3.DatabaseError, UnicodeDecodeError):
        return True


async def _show(path: Path) -> Shown:
    """Start the store on a file and return every message as screens would get it."""
    db = Database(f"sqlite:///{path}", clock=now)
    await db.start()
    try:
        threads = [await db.read(messages.thread, number) for number in range(1, FANS + 1)]
    finally:
        await db.close()
    return {row.id: row for thread in threads for row in thread}
