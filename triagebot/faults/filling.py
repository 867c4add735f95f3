"""Fills a new SQLite store with copies of one real message: as large as after years."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from triagebot.domain.message import Inbound, Kind
from triagebot.faults.evening import now
from triagebot.faults.mind import CountingMind
from triagebot.intake.accept import Intake
from triagebot.store import checksums
from triagebot.store.database import Database
from triagebot.store.tables import conversation

EACH = 10
"""Messages of each fan."""

FIRST = Inbound("filled", "fan-0", "0", Kind.TEXT, "什么时候发货", now())


def fill(path: Path, rows: int) -> None:
    """Make a store that holds `rows` messages, each with a true checksum."""
    asyncio.run(_begin(f"sqlite:///{path}"))
    with closing(sqlite3.connect(path)) as connection, connection:
        _copy_conversations(connection, (rows - 1) // EACH)
        names = ", ".join(f'"{name}"' for name in (*checksums.COVERED, "crc"))
        first = connection.execute(f"SELECT {names} FROM message").fetchone()  # noqa: S608
        marks = ", ".join("?" * len(first))
        insert = f"INSERT INTO message ({names}) VALUES ({marks})"  # noqa: S608
        connection.executemany(insert, _copies(first[:-1], rows))


async def _begin(url: str) -> None:
    """Let the first fan say the first message."""
    db = Database(url, clock=now)
    await db.start()
    intake = Intake(db, CountingMind(), now)
    await intake.accept(FIRST)
    await intake.close()
    await db.close()


def _copy_conversations(connection: sqlite3.Connection, fans: int) -> None:
    names = [column.name for column in conversation.c if column.name not in ("id", "fan")]
    same = ", ".join(f'"{name}"' for name in names)
    connection.execute(
        f"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?) "  # noqa: S608
        f"INSERT INTO conversation (id, fan, {same}) "
        f"SELECT 1 + n.i, 'fan-' || n.i, {same} FROM n CROSS JOIN conversation WHERE id = 1",
        (fans,),
    )


def _copies(first: Sequence[Any], rows: int) -> Iterator[tuple[Any, ...]]:
    """Yield the rows after the first; the numbers and the fan are their own."""
    kept = first[5:]
    for number in range(1, rows):
        fan = number // EACH
        values = (1 + number, 1 + fan, first[2], f"fan-{fan}", str(number), *kept)
        yield (*values, checksums.of(values))
