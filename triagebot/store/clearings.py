"""One decision on many waiting conversations, and how far each of them is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, func, select, update

from triagebot.errors import NotFound
from triagebot.store.tables import clearing, clearing_item
from triagebot.store.times import from_ms, to_ms


class State(StrEnum):
    """Of a clearing: held, going out, done, or taken back."""

    HELD = "held"
    GOING = "going"
    DONE = "done"
    UNDONE = "undone"


class ItemState(StrEnum):
    """Of one conversation in it: held, sent, closed without words, failed, left out, taken back."""

    HELD = "held"
    SENT = "sent"
    CLOSED = "closed"
    FAILED = "failed"
    SKIPPED = "skipped"
    UNDONE = "undone"


@dataclass(frozen=True, slots=True)
class Target:
    """A conversation to clear: the message that is answered, and the newest that was seen."""

    conversation_id: int
    message_id: int
    newest_id: int


@dataclass(frozen=True, slots=True)
class ClearingRow:
    """A decision on many. `counts` is how many conversations are in each `ItemState`.

    Without `text` they are closed in silence; one that `keeps` only labels and leaves them waiting.
    """

    id: int
    agent_id: int
    text: str
    intent: str | None
    keeps: bool
    state: State
    size: int
    created_at: datetime
    starts_at: datetime
    counts: Mapping[str, int]


def get(connection: Connection, clearing_id: int) -> ClearingRow:
    """Return one clearing; raises `NotFound`."""
    row = connection.execute(select(clearing).where(clearing.c.id == clearing_id)).first()
    if row is None:
        raise NotFound("There is no such decision.")
    return _to_row(row, _counts(connection, [clearing_id]).get(clearing_id, {}))


def newest(
    connection: Connection, agent_id: int, since: datetime, limit: int = 50
) -> list[ClearingRow]:
    """Return an agent's clearings since a moment, newest first."""
    own = (clearing.c.agent_id == agent_id) & (clearing.c.created_at >= to_ms(since))
    query = select(clearing).where(own).order_by(clearing.c.created_at.desc(), clearing.c.id.desc())
    rows = connection.execute(query.limit(limit)).all()
    counts = _counts(connection, [row.id for row in rows])
    return [_to_row(row, counts.get(row.id, {})) for row in rows]


def messages_of(connection: Connection, clearing_id: int) -> list[int]:
    """Return the messages that a clearing answers or labels."""
    query = select(clearing_item.c.message_id).where(clearing_item.c.clearing_id == clearing_id)
    return list(connection.execute(query).scalars())


def held_messages(connection: Connection, clearing_id: int) -> list[int]:
    """Return those of them that can still be taken back."""
    held = (clearing_item.c.clearing_id == clearing_id) & (clearing_item.c.state == ItemState.HELD)
    return list(connection.execute(select(clearing_item.c.message_id).where(held)).scalars())


def name_answer(connection: Connection, clearing_id: int, answer: str) -> None:
    """Note that a clearing's text is an answer of the catalogue, so that it can be recalled."""
    query = update(clearing).where(clearing.c.id == clearing_id)
    connection.execute(query.values(answer=answer))


def set_state(connection: Connection, clearing_id: int, state: State) -> None:
    """Move a clearing on."""
    query = update(clearing).where(clearing.c.id == clearing_id)
    connection.execute(query.values(state=state))


def _counts(connection: Connection, ids: Sequence[int]) -> dict[int, dict[str, int]]:
    columns = (clearing_item.c.clearing_id, clearing_item.c.state)
    query = select(*columns, func.count().label("n")).where(clearing_item.c.clearing_id.in_(ids))
    counts: dict[int, dict[str, int]] = {}
    for row in connection.execute(query.group_by(*columns)):
        counts.setdefault(row.clearing_id, {})[row.state] = row.n
    return counts


def _to_row(row: Row[Any], counts: Mapping[str, int]) -> ClearingRow:
    return ClearingRow(
        id=row.id,
        agent_id=row.agent_id,
        text=row.text,
        intent=row.intent,
        keeps=row.keeps,
        state=State(row.state),
        size=row.size,
        created_at=from_ms(row.created_at),
        starts_at=from_ms(row.starts_at),
        counts=counts,
    )
