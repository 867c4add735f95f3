"""Lets writes and syncs fail in the middle of an evening, then cuts the power."""

from __future__ import annotations

import asyncio
import random
import sqlite3
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine, event
from sqlalchemy.engine import ExceptionContext

from triagebot.faults import aftermath, vfs
from triagebot.faults.disk import Disk
from triagebot.faults.durable import Moment
from triagebot.faults.evening import Diary, Evening, now
from triagebot.faults.plan import Plan
from triagebot.faults.power_cut import FILE
from triagebot.faults.tally import Tally
from triagebot.store.database import Database

MESSAGES = 120
AFTERWARDS = 20
LONGEST = 60
"""How many steps in a row fail at most."""

CUTS = 4


class _Boasting(Evening):
    """The planted fault: says that it has what it could not store."""

    def refused(self, key: str) -> None:
        self.diary.replies.setdefault(key, "")
        self.told(f"key {key}")


class _Failing:
    """Fails a stretch of the steps of one kind, then works again."""

    def __init__(self, chance: random.Random) -> None:
        self.kind, self.code = chance.choice(
            [("write", vfs.FULL), ("write", vfs.IOERR_WRITE), ("sync", vfs.IOERR_FSYNC)]
        )
        self._first = chance.randrange(2, 200 if self.kind == "write" else 60)
        self._count = chance.choice((1, 1, 5, LONGEST))
        self._seen = -1
        self.failed = 0

    def begin(self) -> None:
        """Count from here."""
        self._seen = 0

    def __call__(self, kind: str, _name: str) -> int:
        if kind != self.kind or self._seen < 0:
            return vfs.OK
        self._seen += 1
        if not self._first <= self._seen < self._first + self._count:
            return vfs.OK
        self.failed += 1
        return self.code


def run(plan: Plan) -> Tally:
    """Live an evening a round on a failing disk: full, failing writes, or failing syncs.

    After a failed sync what was written before it is gone at the cut, as on Linux. Two faults can
    be `planted`, and must show: "boast" acknowledges what was refused, "reopen" opens the file
    anew after each error, which makes SQLite believe what never reached the disk.
    """
    tally = Tally("ioerrors", plan.seed, plan.planted)
    with tally.timed(), _reopening(plan.planted == "reopen"):
        for number in range(plan.rounds):
            chance = random.Random(f"{plan.seed}/{number}")  # noqa: S311 - repeatable on purpose
            _round(tally, chance, _Boasting if plan.planted == "boast" else Evening)
            tally.rounds += 1
            plan.report(tally.rounds)
    return tally


@contextmanager
def _reopening(planted: bool) -> Iterator[None]:
    """Close the connection after each error, if the fault is planted."""

    def close(context: ExceptionContext) -> None:
        context.is_disconnect = True

    if planted:
        event.listen(Engine, "handle_error", close)
    try:
        yield
    finally:
        if planted:
            event.remove(Engine, "handle_error", close)


def _round(tally: Tally, chance: random.Random, kind: type[Evening]) -> None:
    failing = _Failing(chance)
    with tempfile.TemporaryDirectory(prefix="triagebot-io-") as folder:
        disk = Disk(Path(folder).resolve(), failing)
        with disk.mounted():
            diary, after = asyncio.run(_evening(disk, failing, chance, kind))
        _look(tally, disk.folder / FILE, disk.told, diary)
    tally.add("failed steps", failing.failed)
    tally.add("refused", diary.refused)
    tally.different += diary.different
    if after:
        tally.faults.append(f"round {tally.rounds}: {after} refused after the disk was well")
    _cut(tally, disk, diary, chance)


def _cut(tally: Tally, disk: Disk, diary: Diary, chance: random.Random) -> None:
    """Cut the power at some moments, one of them just before the store was closed in peace."""
    marks = [place for place, step in enumerate(disk.steps) if step.kind == "mark"]
    moment = Moment(disk.steps)
    for place in sorted((*chance.sample(marks, CUTS), marks[-1])):
        moment.move(place + 1)
        with tempfile.TemporaryDirectory(prefix="triagebot-io-") as folder:
            moment.durable.cut(Path(folder), chance)
            _look(tally, Path(folder) / FILE, moment.told, diary)


async def _evening(
    disk: Disk, failing: _Failing, chance: random.Random, kind: type[Evening]
) -> tuple[Diary, int]:
    """Return what people were told, and how many were refused after the disk had recovered."""
    db = Database(f"sqlite:///{disk.folder / FILE}", clock=now)
    await db.start()
    try:
        evening = kind(db, chance, disk.mark)
        await evening.open()
        failing.begin()
        await evening.go_on(MESSAGES)
        disk.fails = None
        before = evening.diary.refused
        diary = await evening.go_on(AFTERWARDS)
        return diary, diary.refused - before
    finally:
        await db.close()


def _look(tally: Tally, path: Path, told: Sequence[str], diary: Diary) -> None:
    try:
        aftermath.compare(tally, told, diary, aftermath.read(path))
    except sqlite3.DatabaseError as error:
        tally.faults.append(f"round {tally.rounds}: unreadable: {error}")
