"""Compares what a store holds with what people had been told."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import msgspec

from triagebot.faults.evening import Diary
from triagebot.faults.tally import Tally


@dataclass(frozen=True, slots=True)
class Found:
    """The reply of each stored key, and the fence of each conversation."""

    replies: dict[str, str]
    fences: dict[int, int]


def read(path: Path) -> Found:
    """Return what a sound SQLite file holds. Raises `sqlite3.DatabaseError` for another."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA synchronous=OFF")
        problem = connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
        if problem != "ok":
            raise sqlite3.DatabaseError(problem)
        rows = connection.execute("SELECT key, reply FROM message").fetchall()
        fences = connection.execute("SELECT id, fence FROM conversation").fetchall()
    if len(rows) != len({key for key, _ in rows}):
        raise sqlite3.DatabaseError("a message is stored twice")
    replies = {key: msgspec.json.decode(reply)["text"] if reply else "" for key, reply in rows}
    return Found(replies, dict(fences))


def compare(tally: Tally, told: Sequence[str], diary: Diary, found: Found) -> None:
    """Count which of the marks in `told` are true of what was found."""
    for mark in told:
        kind, _, name = mark.partition(" ")
        tally.acked += 1
        if kind == "fence":
            conversation_id, fence = diary.fences[int(name)]
            there = found.fences.get(conversation_id, -1) >= fence
        else:
            there = name in found.replies
            tally.different += there and found.replies[name] != diary.replies[name]
        tally.stored += there
        tally.lost += not there
