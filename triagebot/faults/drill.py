"""Copies a store under load, loses the original, puts the copy back, and looks what came back."""

from __future__ import annotations

import asyncio
import random
import shutil
import time
from collections.abc import Callable
from pathlib import Path

from triagebot.faults.filling import fill
from triagebot.faults.ledger_check import LedgerCheck
from triagebot.faults.process import ServerProcess
from triagebot.faults.sender import Ledger, Sender
from triagebot.faults.tally import Tally
from triagebot.store import backup

RATE = 250.0
SECONDS = 3.0
AGAIN = 100

Copy = Callable[[str, Path], int]


def run(
    seed: int,
    folder: Path,
    models: Path,
    *,
    rows: int = 0,
    copy: Copy = backup.backup,
    planted: str = "",
) -> Tally:
    """Make one drill. `copy` may be a planted way to copy that must show.

    The store has `rows` messages before the first one comes.
    `acked` counts what was acknowledged before the copy began: all of it must come back, with the
    same answers.
    """
    tally = Tally("backup", seed, planted)
    server = ServerProcess(folder / "server", models)
    if rows:
        tally.name = f"backup of {rows:,}"
        server.folder.mkdir(parents=True)
        fill(server.store, rows)
    with tally.timed():
        try:
            asyncio.run(_drill(tally, server, folder, copy, random.Random(seed)))  # noqa: S311
        finally:
            server.kill()
    tally.rounds = 1
    return tally


async def _drill(
    tally: Tally, server: ServerProcess, folder: Path, copy: Copy, chance: random.Random
) -> None:
    target = folder / "copy.db"
    url = f"sqlite:///{server.store}"
    server.launch()
    started = await asyncio.to_thread(server.wait_until_ready)
    tally.figures["start, s"] = round(started, 2)
    sender = Sender([server.url], RATE, chance)
    async with sender.sending():
        await asyncio.sleep(SECONDS)
        before = Ledger(answers=dict(sender.ledger.answers))
        began = time.monotonic()
        await asyncio.to_thread(copy, url, target)
        tally.figures["copy, s"] = round(time.monotonic() - began, 2)
        await asyncio.sleep(SECONDS / 3)
    server.kill()
    tally.figures["size of the copy, MB"] = round(target.stat().st_size / 1e6)
    shutil.rmtree(server.folder)
    tally.figures["acknowledged after the copy began"] = len(sender.ledger.answers) - len(
        before.answers
    )
    await _come_back(tally, server, target, before, chance)


async def _come_back(
    tally: Tally, server: ServerProcess, target: Path, before: Ledger, chance: random.Random
) -> None:
    began = time.monotonic()
    tally.faults += backup.check_file(target)
    tally.figures["check of the copy, s"] = round(time.monotonic() - began, 2)
    began = time.monotonic()
    backup.restore(f"sqlite:///{server.store}", target)
    server.launch()
    await asyncio.to_thread(server.wait_until_ready)
    tally.figures["restored and serving after, s"] = round(time.monotonic() - began, 2)
    again = Sender([server.url], RATE, chance)
    again.ledger.answers.update(before.answers)
    again.ledger.acknowledged.update(before.answers)
    await again.once_more(AGAIN)
    check = LedgerCheck(server.store)
    tally.faults += check.bring_up(thorough=True)
    check.compare(tally, again.ledger)
