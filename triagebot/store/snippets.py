"""Short texts that agents insert into their replies."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from triagebot.errors import Conflict, NotFound
from triagebot.store.tables import snippet
from triagebot.store.times import from_ms, to_ms


@dataclass(frozen=True, slots=True)
class Snippet:
    """A text with a title; `shortcut` is what agents may type to find it, such as fhsj."""

    id: int
    title: str
    text: str
    shortcut: str
    by: str
    at: datetime


def everything(connection: Connection) -> list[Snippet]:
    """Return all snippets by title."""
    return [_snippet(row) for row in connection.execute(select(snippet).order_by(snippet.c.title))]


def put(
    connection: Connection,
    snippet_id: int | None,
    title: str,
    text: str,
    shortcut: str,
    by: str,
    now: datetime,
) -> Snippet:
    """Add a snippet, or with an id change it. Raises `Conflict` for a title in use, `NotFound`."""
    taken = select(func.count()).where(snippet.c.title == title)
    if snippet_id is not None:
        taken = taken.where(snippet.c.id != snippet_id)
    if connection.execute(taken).scalar_one():
        raise Conflict("Another snippet has this title.", fields={"title": "in use"})
    values = {"title": title, "text": text, "shortcut": shortcut, "by": by, "at": to_ms(now)}
    if snippet_id is None:
        query = insert(snippet).values(**values).returning(snippet)
    else:
        change = update(snippet).where(snippet.c.id == snippet_id)
        query = change.values(**values).returning(snippet)  # type: ignore[assignment]
    row = connection.execute(query).first()
    if row is None:
        raise NotFound("There is no such snippet.")
    return _snippet(row)


def remove(connection: Connection, snippet_id: int) -> None:
    """Delete a snippet. Raises `NotFound`."""
    if not connection.execute(delete(snippet).where(snippet.c.id == snippet_id)).rowcount:
        raise NotFound("There is no such snippet.")


def _snippet(row: Row[Any]) -> Snippet:
    return Snippet(row.id, row.title, row.text, row.shortcut, row.by, from_ms(row.at))
