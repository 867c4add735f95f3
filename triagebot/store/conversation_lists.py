"""The lists of conversations that people work through, page by page, and how long each is."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, and_, func, literal, select, tuple_

from triagebot.domain.conversation import Status
from triagebot.errors import BadInput
from triagebot.store.conversation_rows import ConversationRow, select_rows, to_row
from triagebot.store.tables import conversation
from triagebot.store.times import to_ms
from triagebot.store.waiting import IS_WAITING


class View(StrEnum):
    """The lists: nobody's, the agent's own, all that people have, the bot's, the finished."""

    WAITING = "waiting"
    MINE = "mine"
    OPEN = "open"
    BOT = "bot"
    RESOLVED = "resolved"


@dataclass(frozen=True, slots=True)
class Counts:
    """How many conversations each view has."""

    waiting: int
    mine: int
    open: int
    bot: int
    resolved: int


@dataclass(frozen=True, slots=True)
class Page:
    """A stretch of a view; `next` is the cursor of the following one, None at the end."""

    items: list[ConversationRow]
    next: str | None


_MINE = (Status.OPEN, Status.SNOOZED)
_STATUS = {View.OPEN: Status.OPEN, View.BOT: Status.PENDING, View.RESOLVED: Status.RESOLVED}


def page(
    connection: Connection, view: View, agent_id: int, after: str | None = None, limit: int = 50
) -> Page:
    """Return up to `limit` (1..200) conversations of a view.

    `waiting` begins with the fan whom we may soonest no longer write to; all others with what
    changed last. Raises `BadInput` for a cursor that no page gave.
    """
    limit = max(1, min(limit, 200))
    query = select_rows().where(_condition(view, agent_id))
    key = [conversation.c.last_at, conversation.c.id]
    if view is View.WAITING:
        key = [conversation.c.window_until, conversation.c.waiting_since, conversation.c.id]
    if after:
        place = tuple_(*(literal(part) for part in _parse(after, view, len(key))))
        query = query.where(tuple_(*key) > place if view is View.WAITING else tuple_(*key) < place)
    order = key if view is View.WAITING else [part.desc() for part in key]
    rows = [to_row(row) for row in connection.execute(query.order_by(*order).limit(limit + 1))]
    items = rows[:limit]
    return Page(items, _cursor(view, items[-1]) if len(rows) > limit else None)


def counts(connection: Connection, agent_id: int) -> Counts:
    """Return how many conversations each view of an agent has."""
    found = {view: _count(connection, _condition(view, agent_id)) for view in View}
    return Counts(**{view.value: number for view, number in found.items()})


def _count(connection: Connection, condition: ColumnElement[bool]) -> int:
    query = select(func.count()).select_from(conversation).where(condition)
    return connection.execute(query).scalar_one()


def _condition(view: View, agent_id: int) -> ColumnElement[bool]:
    if view is View.WAITING:
        return and_(IS_WAITING)
    if view is View.MINE:
        own = conversation.c.agent_id == agent_id
        return own & conversation.c.status.in_(_MINE)
    return conversation.c.status == _STATUS[view]


def _cursor(view: View, last: ConversationRow) -> str:
    key: list[Any] = [view, to_ms(last.last_at), last.id]
    if view is View.WAITING:
        key = [view, to_ms(last.window_until), to_ms(last.waiting_since), last.id]
    return base64.urlsafe_b64encode(msgspec.json.encode(key)).decode().rstrip("=")


def _parse(cursor: str, view: View, length: int) -> list[int]:
    try:
        packed = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        name, *key = msgspec.json.decode(packed, type=list[str | int])
    except (ValueError, binascii.Error, msgspec.MsgspecError):
        name, key = "", []
    numbers = [part for part in key if isinstance(part, int)]
    if name != view or len(numbers) != length:
        raise BadInput("The cursor is not one of this list.", fields={"after": "cursor"})
    return numbers
