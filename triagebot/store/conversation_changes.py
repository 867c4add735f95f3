"""How a conversation changes hands: checked and changed in one statement, noted, and told."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Integer, bindparam, delete, update

from triagebot.errors import Conflict, NotFound
from triagebot.store import audit_log, events
from triagebot.store.conversation_rows import ConversationRow, select_rows, to_row
from triagebot.store.tables import conversation, offer
from triagebot.store.tables.columns import Number, Time
from triagebot.store.times import to_ms

AGENT = bindparam("deed_by", type_=Number)
"""Whoever makes a change."""

NOW = bindparam("deed_at", type_=Time())
IS_FREE = conversation.c.agent_id.is_(None) | (conversation.c.agent_id == AGENT)
"""Nobody else has the conversation."""

_WANTED = bindparam("wanted", type_=Number)
_SEEN = bindparam("seen_fence", type_=Integer())
_ONE = select_rows().where(conversation.c.id == _WANTED)
_TAKE_OFFER = delete(offer).where(offer.c.conversation_id == _WANTED)


def get(connection: Connection, conversation_id: int) -> ConversationRow:
    """Return one conversation; raises `NotFound`."""
    row = connection.execute(_ONE, {"wanted": conversation_id}).first()
    if row:
        return to_row(row)
    raise NotFound("There is no such conversation.")


class Change:
    """A change by name, what must hold for it, and the values it sets.

    Those may name `AGENT` and `NOW`: a statement that is made once costs half of one that is made
    for each deed.
    """

    def __init__(
        self, name: str, condition: ColumnElement[bool], values: Mapping[str, Any]
    ) -> None:
        self.name = name
        taken = {"taken_at": NOW} if values.get("agent_id") is not None else {}
        # One statement checks and changes, so two callers cannot both find it free.
        self.statement = (
            update(conversation)
            .where(conversation.c.id == _WANTED, condition)
            .where(_SEEN.is_(None) | (conversation.c.fence == _SEEN))
            .values(**values, **taken, fence=conversation.c.fence + 1)
        )


def apply(
    connection: Connection,
    change: Change,
    conversation_id: int,
    agent_id: int,
    now: datetime,
    fence: int | None,
) -> ConversationRow:
    """Make a change and tell the screens. Raises `Conflict` with the holder, `NotFound`."""
    given = {"wanted": conversation_id, "deed_by": agent_id, "deed_at": to_ms(now)}
    if connection.execute(change.statement, {**given, "seen_fence": fence}).rowcount == 0:
        raise _refusal(get(connection, conversation_id), agent_id)
    # Whoever waits again is offered anew: who just had them is asked first.
    connection.execute(_TAKE_OFFER, {"wanted": conversation_id})
    who = audit_log.by_agent(agent_id)
    audit_log.note(connection, who, change.name, now, conversation_id=conversation_id)
    events.emit(connection, "conversation", conversation_id, {"change": change.name})
    return get(connection, conversation_id)


def _refusal(current: ConversationRow, agent_id: int) -> Conflict:
    if current.agent_id is not None and current.agent_id != agent_id:
        name = current.agent_name or ""
        return Conflict(f"{name} has this conversation.", fields={"holder": name})
    return Conflict("The conversation has changed since you saw it.", fields={"fence": "stale"})
