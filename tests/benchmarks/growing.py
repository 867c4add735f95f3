"""Brings a SQLite store to millions of messages in minutes.

A first night is recorded as any is; the others are copies of it with numbers, fans, times and
checksums of their own, counted and searchable like all messages.
"""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from triagebot.domain.conversation import Memory, Status
from triagebot.domain.decision import Action, Decision, Reason
from triagebot.domain.message import Inbound, Kind, Reply
from triagebot.store import checksums, fans, hour_counts, messages, places, search
from triagebot.store.database import Database
from triagebot.store.tables import HOUR
from triagebot.store.tokens import tokenise

NIGHT = 2000
"""Messages of the first night; each fan writes `EACH`, and one fan in a hundred calls a person."""

EACH = 20
FANS = NIGHT // EACH
NIGHTS_AT_ONCE = 25
LATER_MS = 10_000
"""A night is so much later than the one before it, so that all lie within the last day."""

ANSWERED = Decision(Action.ANSWER, Reason.CERTIFIED, "delivery", 0.97, "delivery/ship_time")
CALLED = Decision(Action.HUMAN, Reason.COMPLAINT, "complaint", 0.9)


def fill(store: Path, size: int, texts: Sequence[str]) -> float:
    """Bring a store to at least `size` messages and return the seconds that took."""
    began = time.monotonic()
    url = f"sqlite:///{store.resolve()}"
    asyncio.run(_first_night(url, texts))
    with closing(sqlite3.connect(store, isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous=OFF")
        connection.execute("PRAGMA journal_mode=OFF")  # the server sets its own again
        connection.execute("PRAGMA cache_size=-500000")
        _copy(connection, size)
    asyncio.run(_catch_up(url))
    return time.monotonic() - began


async def _first_night(url: str, texts: Sequence[str]) -> None:
    began = datetime.now(UTC) - timedelta(days=1)
    db = Database(url, clock=lambda: began)
    await db.start()
    if not await db.read(lambda c: c.exec_driver_sql("SELECT max(id) FROM message").scalar()):
        night = [_one(number, texts, began) for number in range(NIGHT)]
        await db.write(messages.record, night, _conclude, began)
        await db.write(search.index_new, NIGHT)
    await db.close()


def _one(number: int, texts: Sequence[str], at: datetime) -> tuple[Inbound, bool]:
    """Return message `number`, and whether it calls a person."""
    fan = f"oGR{number // EACH:013d}"
    text = texts[number % len(texts)]
    return Inbound("wechat:load", fan, f"g{number}", Kind.TEXT, text, at), number == 0


def _conclude(
    inbound: Inbound, memory: Memory, is_called: bool, _place: object
) -> messages.Conclusion:
    """Answer all but one in a hundred, as a night's traffic is."""
    if is_called or memory.status is Status.OPEN:
        return messages.Conclusion(CALLED, Reply("请稍候"), Memory(status=Status.OPEN))
    return messages.Conclusion(ANSWERED, Reply("三天内发货"), memory)


def _copy(connection: sqlite3.Connection, size: int) -> None:
    talks, said = _Table(connection, "conversation", FANS), _Table(connection, "message", NIGHT)
    progress = "UPDATE progress SET value = ? WHERE name = 'search'"
    while (there := said.last()) < size:
        nights = min(NIGHTS_AT_ONCE, -(-(size - there) // NIGHT))
        connection.execute("BEGIN IMMEDIATE")
        first_fan = talks.last()
        talks.add(row for night in range(nights) for row in _talks(talks, first_fan, night))
        said.add(row for night in range(nights) for row in _said(said, there, first_fan, night))
        words = (
            (there + 1 + n, _words(said.rows[n % NIGHT]["text"])) for n in range(nights * NIGHT)
        )
        connection.executemany("INSERT INTO message_search (rowid, tokens) VALUES (?, ?)", words)
        connection.execute(progress, (there + nights * NIGHT,))
        connection.execute("COMMIT")


class _Table:
    """The rows of a table's first night, and a way to add more."""

    def __init__(self, connection: sqlite3.Connection, name: str, count: int) -> None:
        self._connection = connection
        self._name = name
        found = connection.execute(f"SELECT * FROM {name} ORDER BY id LIMIT {count}")
        self.names = [column[0] for column in found.description]
        self.rows = [dict(zip(self.names, row, strict=True)) for row in found]

    def last(self) -> int:
        query = f"SELECT max(id) FROM {self._name}"
        return int(self._connection.execute(query).fetchone()[0])

    def add(self, rows: Iterator[dict[str, Any]]) -> None:
        names = ", ".join(f'"{name}"' for name in self.names)
        marks = ", ".join("?" * len(self.names))
        query = f"INSERT INTO {self._name} ({names}) VALUES ({marks})"
        self._connection.executemany(query, (tuple(row.values()) for row in rows))


def _talks(talks: _Table, first: int, night: int) -> Iterator[dict[str, Any]]:
    later = (first // FANS + night) * LATER_MS
    for place, row in enumerate(talks.rows):
        number = first + night * FANS + place + 1
        times = {name: row[name] + later for name in _TIMES if row[name]}
        times["lately"] = times["last_at"] // HOUR
        yield {**row, "id": number, "fan": f"oGR{number:013d}", **times}


def _said(said: _Table, first: int, first_fan: int, night: int) -> Iterator[dict[str, Any]]:
    later = (first_fan // FANS + night) * LATER_MS
    for place, row in enumerate(said.rows):
        number = first + night * NIGHT + place + 1
        fan = first_fan + night * FANS + place // EACH + 1
        new = {
            **row, "id": number, "conversation_id": fan, "fan": f"oGR{fan:013d}",
            "key": f"g{number}", "sent_at": row["sent_at"] + later,
            "received_at": row["received_at"] + later,
        }  # fmt: skip
        new["crc"] = checksums.of([new[name] for name in checksums.COVERED])
        yield new


_TIMES = ("opened_at", "waiting_since", "last_at", "window_until")


@cache
def _words(text: str) -> str:
    return " ".join(token.word for token in tokenise(text))


async def _catch_up(url: str) -> None:
    """Let all that follows behind messages arrive, as it would have in so many nights."""
    db = Database(url, clock=lambda: datetime.now(UTC))
    await db.start()
    last = await db.read(lambda c: c.exec_driver_sql("SELECT max(id) FROM message").scalar_one())
    for step in (hour_counts.count_new, fans.note_new):
        while await db.write(step, datetime.now(UTC), 100_000):
            pass
    for name in ("audit", "media"):  # nothing of the copies is drawn or has pictures
        await db.write(places.move, name, last)
    await db.close()
