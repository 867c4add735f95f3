"""Conversations page by page for other programs: by status and holder, what changed last first."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import ColumnElement, Connection, func, select, true

from triagebot.domain.conversation import Status
from triagebot.store.conversation_rows import ConversationRow, select_rows, to_row
from triagebot.store.tables import conversation


class Holder(StrEnum):
    """Whose: the caller's, nobody's, somebody's, or anybody's."""

    ME = "me"
    UNASSIGNED = "unassigned"
    ASSIGNED = "assigned"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Counts:
    """How many conversations of a status each holder has."""

    mine: int
    unassigned: int
    assigned: int
    all: int


def page(
    connection: Connection,
    status: Status | None,
    holder: Holder,
    agent_id: int,
    number: int,
    size: int = 25,
) -> list[ConversationRow]:
    """Return page `number`, from 1; without a status of all."""
    query = select_rows().where(_has(status), _held(holder, agent_id))
    changed = (conversation.c.lately, conversation.c.last_at, conversation.c.id)
    query = query.order_by(*(part.desc() for part in changed))
    rows = connection.execute(query.limit(size).offset((number - 1) * size))
    return [to_row(row) for row in rows]


def counts(connection: Connection, status: Status | None, agent_id: int) -> Counts:
    """Return how many there are."""
    found = {holder: _count(connection, status, holder, agent_id) for holder in Holder}
    return Counts(
        found[Holder.ME], found[Holder.UNASSIGNED], found[Holder.ASSIGNED], found[Holder.ALL]
    )


def of_fan(connection: Connection, channel: str, who: str) -> list[ConversationRow]:
    """Return the conversations of a fan: one, or none if they never wrote."""
    same = (conversation.c.channel == channel) & (conversation.c.fan == who)
    return [to_row(row) for row in connection.execute(select_rows().where(same))]


def _count(connection: Connection, status: Status | None, holder: Holder, agent_id: int) -> int:
    query = select(func.count()).select_from(conversation)
    query = query.where(_has(status), _held(holder, agent_id))
    return connection.execute(query).scalar_one()


def _has(status: Status | None) -> ColumnElement[bool]:
    return true() if status is None else conversation.c.status == status


def _held(holder: Holder, agent_id: int) -> ColumnElement[bool]:
    if holder is Holder.ME:
        return conversation.c.agent_id == agent_id
    if holder is Holder.UNASSIGNED:
        return conversation.c.agent_id.is_(None)
    return conversation.c.agent_id.is_not(None) if holder is Holder.ASSIGNED else true()
