"""What colleagues tell each other about a conversation; the fan never sees it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, delete, insert, select

from triagebot.errors import NotFound
from triagebot.store import agents, conversation_changes, events
from triagebot.store.tables import agent, note
from triagebot.store.times import from_ms, to_ms

_MENTION = re.compile(r"[@＠]([\w.-]{1,100})")


@dataclass(frozen=True, slots=True)
class NoteRow:
    """A note with its writer."""

    id: int
    conversation_id: int
    agent_id: int
    agent_name: str
    text: str
    at: datetime


def add(
    connection: Connection, conversation_id: int, agent_id: int, text: str, now: datetime
) -> NoteRow:
    """Add a note and tell whom it mentions as `@name`. Raises `NotFound`."""
    conversation_changes.get(connection, conversation_id)
    values = {"conversation_id": conversation_id, "agent_id": agent_id, "text": text}
    query = insert(note).values(**values, created_at=to_ms(now)).returning(note.c.id)
    number = connection.execute(query).scalar_one()
    _tell(connection, conversation_id, number)
    row = get(connection, number)
    for someone in mentioned(connection, text):
        payload = {"agent_id": str(someone), "by": row.agent_name, "note_id": str(number)}
        events.emit(connection, "mention", conversation_id, payload)
    return row


def remove(connection: Connection, note_id: int, agent_id: int) -> None:
    """Delete one's own note. Raises `NotFound`."""
    own = (note.c.id == note_id) & (note.c.agent_id == agent_id)
    query = delete(note).where(own).returning(note.c.conversation_id)
    gone = connection.execute(query).first()
    if gone is None:
        raise NotFound("There is no such note of yours.")
    events.emit(connection, "conversation", gone.conversation_id, {"change": "note"})


def get(connection: Connection, note_id: int) -> NoteRow:
    """Return one note; raises `NotFound`."""
    row = connection.execute(_select().where(note.c.id == note_id)).first()
    if row is None:
        raise NotFound("There is no such note.")
    return _to_row(row)


def thread(connection: Connection, conversation_id: int, limit: int) -> list[NoteRow]:
    """Return the newest notes of a conversation, oldest first."""
    query = _select().where(note.c.conversation_id == conversation_id)
    rows = connection.execute(query.order_by(note.c.id.desc()).limit(limit)).all()
    return [_to_row(row) for row in reversed(rows)]


def naming(connection: Connection, name: str, among: int) -> list[NoteRow]:
    """Return those of the `among` newest notes that name somebody as `@name`, the newest first."""
    rows = connection.execute(_select().order_by(note.c.id.desc()).limit(among))
    return [_to_row(row) for row in rows if name in _MENTION.findall(row.text)]


def mentioned(connection: Connection, text: str) -> Sequence[int]:
    """Return the ids of the colleagues whom a text names."""
    names = set(_MENTION.findall(text))
    if not names:
        return []
    return [
        each.id for each in agents.everybody(connection) if each.name in names and not each.disabled
    ]


def _tell(connection: Connection, conversation_id: int, number: int) -> None:
    payload = {"note_id": str(number), "from": "agent"}
    events.emit(connection, "message", conversation_id, payload)


def _select() -> Select[Any]:
    return select(note, agent.c.name.label("agent_name")).select_from(
        note.join(agent, agent.c.id == note.c.agent_id)
    )


def _to_row(row: Row[Any]) -> NoteRow:
    return NoteRow(
        row.id,
        row.conversation_id,
        row.agent_id,
        row.agent_name,
        row.text,
        from_ms(row.created_at),
    )
