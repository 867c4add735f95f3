"""The lists of conversations that people work through, page by page, and how long each is."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import msgspec
from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    Tuple,
    and_,
    func,
    literal,
    select,
    tuple_,
)

from triagebot.domain.conversation import Status
from triagebot.errors import BadInput
from triagebot.store.conversation_rows import ConversationRow, select_rows, to_row
from triagebot.store.tables import HOUR, conversation
from triagebot.store.times import to_ms
from triagebot.store.urgency import USUAL, Patience
from triagebot.store.waiting import IS_WAITING

COUNTED = 10_000
"""What the bot has and what is finished is counted up to here: it grows without end, and nobody
works through it. What people have before them is counted to the last."""


class View(StrEnum):
    """Lists: nobody's, the agent's own, all that people have, the bot's, finished, put aside."""

    WAITING = "waiting"
    MINE = "mine"
    OPEN = "open"
    BOT = "bot"
    RESOLVED = "resolved"
    SNOOZED = "snoozed"


@dataclass(frozen=True, slots=True)
class Counts:
    """How many conversations each view has; `bot` and `resolved` at most `COUNTED`."""

    waiting: int
    mine: int
    open: int
    bot: int
    resolved: int
    snoozed: int


@dataclass(frozen=True, slots=True)
class Page:
    """A stretch of a view; `next` is the cursor of the following one, None at the end."""

    items: list[ConversationRow]
    next: str | None


_OWN = (View.MINE, View.SNOOZED)
"""What each agent has of their own."""

_STATES: dict[View, ColumnElement[bool]] = {
    View.MINE: conversation.c.status == Status.OPEN,
    View.OPEN: conversation.c.status == Status.OPEN,
    View.BOT: conversation.c.status == Status.PENDING,
    View.RESOLVED: conversation.c.status == Status.RESOLVED,
    View.SNOOZED: and_(
        conversation.c.status == Status.SNOOZED, conversation.c.snoozed_until.is_not(None)
    ),
}


def page(
    connection: Connection,
    view: View,
    agent_id: int,
    after: str | None = None,
    limit: int = 50,
    patience: Patience = USUAL,
) -> Page:
    """Return up to `limit` (1..200) conversations of a view.

    `waiting` begins with the fan who must soonest be answered, by `patience`; all others with
    what changed last. Raises `BadInput` for a cursor that no page gave.
    """
    limit = max(1, min(limit, 200))
    place = _parse(after, view) if after else None
    keys = _soonest(patience, place) if view is View.WAITING else _lately(view, place)
    keys = keys.where(_condition(view, agent_id))
    # Only what is shown is read whole: thousands are put in order by their keys.
    places = {row.id: row.first for row in connection.execute(keys.limit(limit + 1))}
    query = select_rows().where(conversation.c.id.in_(places))
    known = {row.id: to_row(row) for row in connection.execute(query)}
    items = [known[number] for number in list(places)[:limit]]
    last = (places[items[-1].id], items[-1].id) if len(places) > limit else None
    return Page(items, _cursor(view, last) if last else None)


def _soonest(patience: Patience, after: Sequence[int] | None) -> Select[Any]:
    first = patience.answer_by(to_ms(patience.now)).label("first")
    keys = select(first, conversation.c.id).order_by(first, conversation.c.id)
    return keys.where(tuple_(first, conversation.c.id) > _literal(after)) if after else keys


def _lately(view: View, after: Sequence[int] | None) -> Select[Any]:
    first = conversation.c.last_at.label("first")
    keys = select(first, conversation.c.id)
    if after:
        keys = keys.where(tuple_(conversation.c.last_at, conversation.c.id) < _literal(after))
    if view not in _OWN:  # the index knows the hour, so that only those of one are sorted
        lately = conversation.c.lately
        keys = keys.order_by(lately.desc())
        keys = keys.where(lately <= after[0] // HOUR) if after else keys
    return keys.order_by(conversation.c.last_at.desc(), conversation.c.id.desc())


def _literal(key: Sequence[int]) -> Tuple:
    return tuple_(*(literal(part) for part in key))


def counts(connection: Connection, agent_id: int) -> Counts:
    """Return how many conversations each view of an agent has."""
    found = {view: _count(connection, view, agent_id) for view in View}
    return Counts(**{view.value: number for view, number in found.items()})


def counts_of(connection: Connection, agent_ids: Collection[int]) -> dict[int, Counts]:
    """Return the counts of several agents: what all have in common is counted once."""
    alike = {view.value: _count(connection, view, 0) for view in View if view not in _OWN}
    own = {view: _own(connection, view) for view in _OWN}
    return {
        each: Counts(**alike, **{view.value: own[view].get(each, 0) for view in _OWN})
        for each in agent_ids
    }


def held(connection: Connection) -> dict[int, int]:
    """Return how many open conversations each agent has who has any."""
    return _own(connection, View.MINE)


def _own(connection: Connection, view: View) -> dict[int, int]:
    whose = conversation.c.agent_id
    query = select(whose, func.count().label("n")).where(whose.is_not(None), _STATES[view])
    return {row.agent_id: row.n for row in connection.execute(query.group_by(whose))}


def _count(connection: Connection, view: View, agent_id: int) -> int:
    found = select(conversation.c.id).where(_condition(view, agent_id))
    if view in (View.BOT, View.RESOLVED):
        found = found.limit(COUNTED)
    return connection.execute(select(func.count()).select_from(found.subquery())).scalar_one()


def _condition(view: View, agent_id: int) -> ColumnElement[bool]:
    if view is View.WAITING:
        return and_(IS_WAITING)
    if view in _OWN:
        return (conversation.c.agent_id == agent_id) & _STATES[view]
    return _STATES[view]


def _cursor(view: View, last: tuple[int, int]) -> str:
    packed = msgspec.json.encode([view, *last])
    return base64.urlsafe_b64encode(packed).decode().rstrip("=")


def _parse(cursor: str, view: View) -> list[int]:
    try:
        packed = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        name, *key = msgspec.json.decode(packed, type=list[str | int])
    except (ValueError, binascii.Error, msgspec.MsgspecError):
        name, key = "", []
    numbers = [part for part in key if isinstance(part, int)]
    if name != view or len(numbers) != 2:
        raise BadInput("The cursor is not one of this list.", fields={"after": "cursor"})
    return numbers
