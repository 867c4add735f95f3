"""Conversations put aside until a time, given to a colleague, or left too long."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, literal, true, update

from triagebot.domain.conversation import Status
from triagebot.errors import BadInput, NotFound
from triagebot.store import agents, audit_log, events
from triagebot.store.conversation_changes import AGENT, IS_FREE, Change, apply
from triagebot.store.conversation_rows import ConversationRow
from triagebot.store.tables import conversation
from triagebot.store.times import to_ms

UPKEEP = "upkeep"

_WAKE = Change(
    "wake",
    (conversation.c.agent_id == AGENT) & (conversation.c.status == Status.SNOOZED),
    {"status": Status.OPEN, "snoozed_until": None},
)


def snooze(
    connection: Connection,
    conversation_id: int,
    agent_id: int,
    now: datetime,
    fence: int | None,
    until: datetime,
) -> ConversationRow:
    """Put aside a conversation that the agent or nobody has; it comes back to the agent.

    A word of the fan brings it back before. Raises `BadInput` for a time that is over.
    """
    if until <= now:
        raise BadInput("That time is over.", fields={"until": "past"})
    values = {"status": Status.SNOOZED, "agent_id": AGENT, "snoozed_until": to_ms(until)}
    change = Change("snooze", IS_FREE, values)
    return apply(connection, change, conversation_id, agent_id, now, fence)


def wake(
    connection: Connection,
    conversation_id: int,
    agent_id: int,
    now: datetime,
    fence: int | None = None,
) -> ConversationRow:
    """Bring back a conversation that the agent put aside."""
    return apply(connection, _WAKE, conversation_id, agent_id, now, fence)


def assign(
    connection: Connection,
    conversation_id: int,
    agent_id: int,
    now: datetime,
    fence: int | None,
    to: int,
    *,
    any_holder: bool = False,
) -> ConversationRow:
    """Give a conversation that the agent or nobody has to a colleague, who then has it.

    With `any_holder` it may be anybody's. Raises `NotFound` for somebody who cannot sign in.
    """
    if agents.get(connection, to).disabled:
        raise NotFound("There is no such colleague.")
    condition = true() if any_holder else IS_FREE
    values = {"status": Status.OPEN, "agent_id": to, "snoozed_until": None}
    change = Change("assign", condition, values)
    return apply(connection, change, conversation_id, agent_id, now, fence)


def unassign(
    connection: Connection,
    conversation_id: int,
    agent_id: int,
    now: datetime,
    fence: int | None = None,
) -> ConversationRow:
    """Take back what the agent gave to a colleague, as long as nothing has been done with it.

    Raises `Conflict` when somebody did something since, `NotFound`.
    """
    deed = audit_log.newest_of(connection, conversation_id)
    was_given = deed is not None and (deed.what, deed.who) == (
        "assign",
        audit_log.by_agent(agent_id),
    )
    held = conversation.c.agent_id.is_not(None) & (conversation.c.status == Status.OPEN)
    change = Change("unassign", held & literal(was_given), {"agent_id": agent_id})
    return apply(connection, change, conversation_id, agent_id, now, fence)


def wake_due(connection: Connection, now: datetime) -> int:
    """Bring back all whose time has come; return how many."""
    due = (conversation.c.status == Status.SNOOZED) & (conversation.c.snoozed_until <= to_ms(now))
    values = {"status": Status.OPEN, "snoozed_until": None}
    return _move_all(connection, due, values, "wake", now)


def give_back(connection: Connection, now: datetime, before: datetime) -> int:
    """Put back in the queue what an agent has had since before a moment, unanswered."""
    unanswered = conversation.c.waiting_since <= to_ms(before)
    held = (conversation.c.status == Status.OPEN) & conversation.c.agent_id.is_not(None)
    left = held & unanswered & (conversation.c.taken_at <= to_ms(before))
    return _move_all(connection, left, {"agent_id": None}, "give_back", now)


def _move_all(
    connection: Connection,
    condition: ColumnElement[bool],
    values: Mapping[str, object],
    name: str,
    now: datetime,
) -> int:
    query = update(conversation).where(condition)
    query = query.values(**values, fence=conversation.c.fence + 1)
    numbers = connection.execute(query.returning(conversation.c.id)).scalars().all()
    for number in numbers:
        audit_log.note(connection, UPKEEP, name, now, conversation_id=number)
        events.emit(connection, "conversation", number, {"change": name})
    return len(numbers)
