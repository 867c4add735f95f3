"""How a conversation changes hands: checked and changed in one statement, noted, and told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, bindparam, delete, update

from triagebot.errors import Conflict, NotFound
from triagebot.store import audit_log, events
from triagebot.store.conversation_rows import ConversationRow, select_rows, to_row
from triagebot.store.tables import conversation, offer
from triagebot.store.times import to_ms

_ONE = select_rows().where(conversation.c.id == bindparam("wanted"))


def get(connection: Connection, conversation_id: int) -> ConversationRow:
    """Return one conversation; raises `NotFound`."""
    row = connection.execute(_ONE, {"wanted": conversation_id}).first()
    if row:
        return to_row(row)
    raise NotFound("There is no such conversation.")


@dataclass(frozen=True, slots=True)
class Change:
    """A change by name, what must hold for it, and the values it sets."""

    name: str
    condition: ColumnElement[bool]
    values: dict[str, Any]


def is_free_for(agent_id: int) -> ColumnElement[bool]:
    """Return the condition that nobody else has the conversation."""
    return conversation.c.agent_id.is_(None) | (conversation.c.agent_id == agent_id)


def apply(
    connection: Connection,
    change: Change,
    conversation_id: int,
    agent_id: int,
    now: datetime,
    fence: int | None,
) -> ConversationRow:
    """Make a change and tell the screens. Raises `Conflict` with the holder, `NotFound`."""
    # One statement checks and changes, so two callers cannot both find it free.
    query = update(conversation).where(conversation.c.id == conversation_id, change.condition)
    if fence is not None:
        query = query.where(conversation.c.fence == fence)
    values = dict(change.values)
    if values.get("agent_id") is not None:
        values["taken_at"] = to_ms(now)
    query = query.values(**values, fence=conversation.c.fence + 1)
    if connection.execute(query).rowcount == 0:
        raise _refusal(get(connection, conversation_id), agent_id)
    # Whoever waits again is offered anew: who just had them is asked first.
    connection.execute(delete(offer).where(offer.c.conversation_id == conversation_id))
    who = audit_log.by_agent(agent_id)
    audit_log.note(connection, who, change.name, now, conversation_id=conversation_id)
    events.emit(connection, "conversation", conversation_id, {"change": change.name})
    return get(connection, conversation_id)


def _refusal(current: ConversationRow, agent_id: int) -> Conflict:
    if current.agent_id is not None and current.agent_id != agent_id:
        name = current.agent_name or ""
        return Conflict(f"{name} has this conversation.", fields={"holder": name})
    return Conflict("The conversation has changed since you saw it.", fields={"fence": "stale"})
