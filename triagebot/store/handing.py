"""Hands conversations over as other programs ask for it, in one transaction each."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection

from triagebot.domain.agent import Agent, Role
from triagebot.domain.conversation import Status
from triagebot.domain.decision import Reason
from triagebot.errors import Conflict
from triagebot.store import agents, audit_log, conversation_moves, conversations
from triagebot.store.conversation_rows import ConversationRow

_MAY_TAKE_AWAY = (Role.LEAD, Role.OPS, Role.ML, Role.ADMIN)


SNOOZED_FOR = timedelta(days=7)
"""How long without a time that was asked for, so that nothing is put aside for ever."""


def set_status(
    connection: Connection,
    conversation_id: int,
    status: str | None,
    agent_id: int,
    now: datetime,
    until: datetime | None = None,
) -> ConversationRow:
    """Give a conversation a status; without one, open and resolved change places.

    `until` is when one that is put aside comes back by itself. Raises `Conflict` when somebody
    else has it, `BadInput` for a time that is over, `NotFound`.
    """
    row = conversations.get(connection, conversation_id)
    wanted = Status(status) if status else _other(row.status)
    if wanted is Status.SNOOZED:
        until = until or now + SNOOZED_FOR
        return conversation_moves.snooze(connection, conversation_id, agent_id, now, None, until)
    if row.status is wanted:
        return row
    if wanted is Status.OPEN and row.status is Status.SNOOZED:
        return conversation_moves.wake(connection, conversation_id, agent_id, now)
    if wanted is Status.RESOLVED:
        return conversations.resolve(connection, conversation_id, agent_id, now)
    if wanted is Status.PENDING:
        return conversations.hand_back(connection, conversation_id, agent_id, now)
    if row.status is Status.PENDING:
        return _call_person(connection, conversation_id, agent_id, now)
    return conversations.reopen(connection, conversation_id, agent_id, now)


def _call_person(
    connection: Connection, conversation_id: int, agent_id: int, now: datetime
) -> ConversationRow:
    """Put a bot's conversation before people, as its fan may."""
    conversations.call_person(connection, conversation_id, Reason.ASKS_FOR_PERSON)
    who = audit_log.by_agent(agent_id)
    audit_log.note(connection, who, "call_person", now, conversation_id=conversation_id)
    return conversations.get(connection, conversation_id)


def assign(
    connection: Connection, conversation_id: int, to: int | None, by: Agent, now: datetime
) -> ConversationRow:
    """Give a conversation to a person, or to nobody; from somebody else only leads may take it.

    Raises `Conflict`, and `NotFound` for a conversation or person that does not exist.
    """
    row = conversations.get(connection, conversation_id)
    if row.agent_id not in (None, by.id, to) and by.role not in _MAY_TAKE_AWAY:
        name = row.agent_name or ""
        raise Conflict(f"{name} has this conversation.", fields={"holder": name})
    if to is not None and agents.get(connection, to).disabled:
        raise Conflict("This person cannot sign in.", fields={"assignee_id": "disabled"})
    if row.agent_id is not None and row.agent_id != to:
        row = conversations.release(connection, conversation_id, row.agent_id, now)
    return row if to is None else conversations.take(connection, conversation_id, to, now)


def _other(status: Status) -> Status:
    return Status.OPEN if status is Status.RESOLVED else Status.RESOLVED
