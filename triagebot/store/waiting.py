"""The queue: open conversations that nobody has, and the place of each."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Connection, func, literal, select, text, tuple_

from triagebot.domain.conversation import Status
from triagebot.store import conversations
from triagebot.store.tables import conversation
from triagebot.store.times import to_ms

IS_WAITING = text("conversation.status = 'open' AND conversation.agent_id IS NULL")
"""The condition of the view `waiting`, spelled as in its index so that planners see the fit."""


def count(connection: Connection, *conditions: ColumnElement[bool]) -> int:
    """Count the open conversations that nobody has."""
    query = select(func.count()).select_from(conversation)
    return connection.execute(query.where(IS_WAITING, *conditions)).scalar_one()


def place(connection: Connection, conversation_id: int) -> int | None:
    """Return the place in the queue, from 1, of a conversation that waits for a person."""
    row = conversations.get(connection, conversation_id)
    if row.status is not Status.OPEN or row.agent_id is not None or row.waiting_since is None:
        return None
    queue = tuple_(conversation.c.waiting_since, conversation.c.id)
    before = queue < tuple_(literal(to_ms(row.waiting_since)), literal(conversation_id))
    return count(connection, before) + 1
