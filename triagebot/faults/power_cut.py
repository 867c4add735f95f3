"""Cuts the power at random moments of an evening, and looks for what was told and is gone."""

from __future__ import annotations

import asyncio
import random
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import event
from sqlalchemy.pool import Pool

from triagebot.errors import TriagebotError
from triagebot.faults import aftermath
from triagebot.faults.disk import Disk, Step
from triagebot.faults.durable import Moment
from triagebot.faults.evening import Diary, Evening, now
from triagebot.faults.plan import Plan
from triagebot.faults.tally import Tally
from triagebot.store import engines, schema
from triagebot.store.database import Database

FILE = "triagebot.db"
MESSAGES = 400
CUTS_AN_EVENING = 250
CHECKPOINT_PAGES = 60
"""Far below SQLite's 1000, so that cuts also fall into checkpoints."""

NOTHING = aftermath.Found({}, {})
FULL_STARTS = 25
"""Every so many cuts the whole program starts on what is left, not only SQLite."""


def run(plan: Plan) -> Tally:
    """Cut once a round. With `planted` "normal" commits are not synced, and it must show.

    Raises `NothingToDo` where Python's SQLite cannot be reached.
    """
    tally = Tally("powercut", plan.seed, plan.planted)
    with tally.timed():
        while tally.rounds < plan.rounds:
            chance = random.Random(f"{plan.seed}/{tally.rounds}")  # noqa: S311 - repeatable
            steps, diary = _live(chance, plan.planted)
            tally.different += diary.different
            wanted = min(CUTS_AN_EVENING, plan.rounds - tally.rounds)
            state = Moment(steps)
            for moment in sorted(chance.sample(range(len(steps)), wanted)):
                state.move(moment)
                _cut(tally, state, diary, chance)
                tally.rounds += 1
            plan.report(tally.rounds)
    return tally


def _live(chance: random.Random, planted: str) -> tuple[list[Step], Diary]:
    """Live through one evening and return all that reached the disk, and what was told when."""
    with tempfile.TemporaryDirectory(prefix="triagebot-cut-") as folder:
        disk = Disk(Path(folder).resolve())
        with disk.mounted(), _weakened(planted == "normal"):
            diary = asyncio.run(_evening(disk, chance))
    return disk.steps, diary


async def _evening(disk: Disk, chance: random.Random) -> Diary:
    db = Database(f"sqlite:///{disk.folder / FILE}", clock=now)
    await db.start()
    try:
        pragma = f"PRAGMA wal_autocheckpoint={CHECKPOINT_PAGES}"
        await db.write(lambda connection: connection.exec_driver_sql(pragma).close())
        return await Evening(db, chance, disk.mark).run(MESSAGES)
    finally:
        await db.close()


@contextmanager
def _weakened(planted: bool) -> Iterator[None]:
    """Let SQLite not wait for the disk, if the fault is planted."""

    def weaken(connection: Any, _record: Any, _proxy: Any) -> None:
        connection.execute("PRAGMA synchronous=NORMAL")

    if planted:
        event.listen(Pool, "checkout", weaken)
    try:
        yield
    finally:
        if planted:
            event.remove(Pool, "checkout", weaken)


def _cut(tally: Tally, state: Moment, diary: Diary, chance: random.Random) -> None:
    tally.add("cuts in a checkpoint", state.durable.waits(FILE))
    with tempfile.TemporaryDirectory(prefix="triagebot-cut-") as folder:
        state.durable.cut(Path(folder), chance)
        path = Path(folder) / FILE
        try:
            if tally.rounds % FULL_STARTS == 0:
                schema.upgrade(engines.parse(f"sqlite:///{path}"))
            found = aftermath.read(path) if state.told else NOTHING
        except (sqlite3.DatabaseError, TriagebotError) as error:
            tally.faults.append(f"cut {tally.rounds}: unreadable: {error}")
            tally.lost += len(state.told)
            return
    aftermath.compare(tally, state.told, diary, found)
