"""How far work that follows behind has come, by the name of the work."""

from __future__ import annotations

from sqlalchemy import Connection, text

from triagebot.store import bulk


def place(connection: Connection, name: str) -> int:
    """Return how far the work has come, 0 at first; the place is the caller's until the commit.

    Of two nodes the slower one must not do again what the other has built on.
    """
    lock = "" if bulk.is_sqlite(connection) else " FOR UPDATE"
    sql = text(f"SELECT value FROM progress WHERE name = :name{lock}")  # noqa: S608
    return connection.execute(sql, {"name": name}).scalar() or 0


def move(connection: Connection, name: str, value: int) -> None:
    """Note how far the work has come; it never goes back."""
    connection.execute(text(_MOVE), {"name": name, "value": value})


_MOVE = """
INSERT INTO progress (name, value) VALUES (:name, :value)
ON CONFLICT (name) DO UPDATE SET value = excluded.value WHERE progress.value < excluded.value
"""
