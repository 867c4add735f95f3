"""The queue: open conversations that nobody has, and the place of each."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Connection, func, literal, select, text, tuple_

from triagebot.domain.conversation import Status
from triagebot.store import conversations
from triagebot.store.tables import conversation
from triagebot.store.times import to_ms

MANY = 100
FRESH_MS = 1000
_LATELY = "waiting lately"

IS_WAITING = text("conversation.status = 'open' AND conversation.agent_id IS NULL")
"""The condition of the view `waiting`, spelled as in its index so that planners see the fit."""

_COUNT = f"SELECT count(*) FROM conversation WHERE {IS_WAITING.text}"  # noqa: S608


def count(connection: Connection, *conditions: ColumnElement[bool]) -> int:
    """Count the open conversations that nobody has."""
    query = select(func.count()).select_from(conversation)
    return connection.execute(query.where(IS_WAITING, *conditions)).scalar_one()


def count_lately(connection: Connection, now: int) -> int:
    """Count them for a connection that writes; `now` in milliseconds.

    From `MANY` on, what was counted in the last second, and what was opened here since, is near
    enough: counting takes the longer the more there are.
    """
    counted, at = _lately(connection)
    if counted < MANY or not 0 <= now - at < FRESH_MS:
        counted, at = connection.exec_driver_sql(_COUNT).scalar_one(), now
    connection.info[_LATELY] = (counted, at)
    return counted


def add_opened(connection: Connection, number: int) -> None:
    """Note that so many more wait."""
    counted, at = _lately(connection)
    connection.info[_LATELY] = (counted + number, at)


def _lately(connection: Connection) -> tuple[int, int]:
    """Return what was counted, with what was opened since, and when."""
    counted, at = connection.info.get(_LATELY, (0, 0))
    return int(counted), int(at)


def place(connection: Connection, conversation_id: int) -> int | None:
    """Return the place in the queue, from 1, of a conversation that waits for a person."""
    row = conversations.get(connection, conversation_id)
    if row.status is not Status.OPEN or row.agent_id is not None or row.waiting_since is None:
        return None
    queue = tuple_(conversation.c.waiting_since, conversation.c.id)
    before = queue < tuple_(literal(to_ms(row.waiting_since)), literal(conversation_id))
    return count(connection, before) + 1
