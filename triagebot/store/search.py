"""Search in what fans wrote; the index follows behind, so that storing a message pays nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, text

from triagebot.store import bulk
from triagebot.store.times import from_ms
from triagebot.store.tokens import Phrase, marks, phrases, words_of

# On PostgreSQL a lower id may be committed after a higher one; so far back is looked again.
SLACK = 10_000
NO_END = 2**62


@dataclass(frozen=True, slots=True)
class Hit:
    """A message that was found; `marks` are starts and ends in characters of `text`."""

    message_id: int
    conversation_id: int
    text: str
    at: datetime
    marks: list[tuple[int, int]]


def find(
    connection: Connection, query: str, limit: int = 50, before: int | None = None
) -> list[Hit]:
    """Return up to `limit` messages that hold every part of `query`, newest first.

    Parts stand between blanks; the words of a part must follow each other in the message. With
    `before` only messages with a smaller id are taken. Nothing to look for finds nothing.
    """
    wanted = phrases(query)
    if not wanted:
        return []
    sql, words = (
        (_FIND_SQLITE, _match(wanted))
        if bulk.is_sqlite(connection)
        else (
            _FIND_POSTGRES,
            _tsquery(wanted),
        )
    )
    values = {"words": words, "before": before or NO_END, "limit": limit}
    rows = connection.execute(text(sql), values)
    return [
        Hit(row.id, row.conversation_id, row.text, from_ms(row.sent_at), marks(row.text, wanted))
        for row in rows
    ]


def index_new(connection: Connection, limit: int = 1000) -> int:
    """Index up to `limit` messages that are not yet; return how many, 0 when all are."""
    on_sqlite = bulk.is_sqlite(connection)
    rows = connection.execute(
        text(_NEW_SQLITE if on_sqlite else _NEW_POSTGRES),
        {"after": _progress(connection) - (0 if on_sqlite else SLACK), "limit": limit},
    ).all()
    if rows:
        (_index_sqlite if on_sqlite else _index_postgres)(connection, rows)
        connection.execute(text(_SET_PROGRESS), {"value": rows[-1].id})
    return len(rows)


def remove(connection: Connection, message_id: int, was: str) -> None:
    """Take a message that is being deleted out of the index; `was` is its text."""
    if bulk.is_sqlite(connection):
        if message_id <= _progress(connection):
            connection.exec_driver_sql(_DELETE_SQLITE, (message_id, _token_text(was)))
    else:
        sql = "DELETE FROM message_search WHERE message_id = %s"
        connection.exec_driver_sql(sql, (message_id,))


_FIND_SQLITE = """
SELECT m.id, m.conversation_id, m.text, m.sent_at FROM (
  SELECT rowid AS id FROM message_search
  WHERE message_search MATCH :words AND rowid < :before ORDER BY rowid DESC LIMIT :limit
) AS f JOIN message AS m ON m.id = f.id ORDER BY m.id DESC
"""
_FIND_POSTGRES = """
SELECT m.id, m.conversation_id, m.text, m.sent_at FROM (
  SELECT message_id FROM message_search
  WHERE tokens @@ CAST(:words AS tsquery) AND message_id < :before
  ORDER BY message_id DESC LIMIT :limit
) AS f JOIN message AS m ON m.id = f.message_id ORDER BY m.id DESC
"""
_NEW_SQLITE = "SELECT id, text FROM message WHERE id > :after ORDER BY id LIMIT :limit"
_NEW_POSTGRES = """
SELECT m.id, m.text FROM message AS m WHERE m.id > :after AND m.text <> ''
AND NOT EXISTS (SELECT 1 FROM message_search AS s WHERE s.message_id = m.id)
ORDER BY m.id LIMIT :limit
"""
_ADD_SQLITE = "INSERT INTO message_search (rowid, tokens) VALUES (?, ?)"
_ADD_POSTGRES = """
INSERT INTO message_search (message_id, tokens)
SELECT id, words::tsvector FROM unnest(%s::bigint[], %s::text[]) AS n(id, words)
ON CONFLICT DO NOTHING
"""
_DELETE_SQLITE = (
    "INSERT INTO message_search (message_search, rowid, tokens) VALUES ('delete', ?, ?)"
)
_SET_PROGRESS = """
INSERT INTO progress (name, value) VALUES ('search', :value)
ON CONFLICT (name) DO UPDATE SET value = excluded.value WHERE progress.value < excluded.value
"""


def _progress(connection: Connection) -> int:
    query = text("SELECT value FROM progress WHERE name = 'search'")
    return connection.execute(query).scalar() or 0


def _index_sqlite(connection: Connection, rows: Sequence[Row[Any]]) -> None:
    connection.exec_driver_sql(_ADD_SQLITE, [(row.id, _token_text(row.text)) for row in rows])


def _index_postgres(connection: Connection, rows: Sequence[Row[Any]]) -> None:
    words = [_tsvector(row.text) for row in rows]
    connection.exec_driver_sql(_ADD_POSTGRES, ([row.id for row in rows], words))


def _token_text(shown: str) -> str:
    return " ".join(words_of(shown))


def _match(wanted: list[Phrase]) -> str:
    return " AND ".join(f'"{" ".join(phrase)}"' for phrase in wanted)


# Spelled out with places, so that PostgreSQL's own idea of a word has no say. Words hold only
# letters and digits: nothing to escape.
def _tsvector(shown: str) -> str:
    return " ".join(f"'{word}':{place}" for place, word in enumerate(words_of(shown), start=1))


def _tsquery(wanted: list[Phrase]) -> str:
    return " & ".join("(" + " <-> ".join(f"'{w}'" for w in phrase) + ")" for phrase in wanted)
