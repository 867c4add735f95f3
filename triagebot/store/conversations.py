"""Conversations: who has each one, and the only ways in which that changes.

Every change of holder or status raises the row's `fence`. A caller gives the fence it saw; if it
is stale, or somebody else holds the conversation, nothing happens and `Conflict` says who has it.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, case, func, update

from triagebot.domain.conversation import Status
from triagebot.domain.decision import Reason
from triagebot.errors import Conflict
from triagebot.store import events
from triagebot.store.conversation_changes import AGENT, IS_FREE, NOW, Change, apply, get
from triagebot.store.conversation_rows import ConversationRow, select_rows, to_row
from triagebot.store.tables import conversation

__all__ = [
    "ConversationRow",
    "call_person",
    "find",
    "get",
    "hand_back",
    "release",
    "reopen",
    "resolve",
    "take",
]


def find(connection: Connection, channel: str, fan: str) -> ConversationRow | None:
    """Return the conversation with a fan, if they ever wrote."""
    same = (conversation.c.channel == channel) & (conversation.c.fan == fan)
    row = connection.execute(select_rows().where(same)).first()
    return to_row(row) if row else None


def take(
    connection: Connection,
    conversation_id: int,
    agent_id: int,
    now: datetime,
    fence: int | None = None,
) -> ConversationRow:
    """Give a conversation that nobody has to an agent; who has it already keeps it."""
    try:
        return apply(connection, _TAKE, conversation_id, agent_id, now, fence)
    except Conflict:
        current = get(connection, conversation_id)
        if current.agent_id == agent_id and current.status is Status.OPEN:
            return current
        raise


def release(
    connection: Connection,
    conversation_id: int,
    agent_id: int,
    now: datetime,
    fence: int | None = None,
) -> ConversationRow:
    """Put a conversation that the agent has back in the queue."""
    return apply(connection, _RELEASE, conversation_id, agent_id, now, fence)


def resolve(
    connection: Connection,
    conversation_id: int,
    agent_id: int,
    now: datetime,
    fence: int | None = None,
) -> ConversationRow:
    """Close a conversation that the agent or nobody has."""
    return apply(connection, _RESOLVE, conversation_id, agent_id, now, fence)


def reopen(
    connection: Connection,
    conversation_id: int,
    agent_id: int,
    now: datetime,
    fence: int | None = None,
) -> ConversationRow:
    """Open a resolved conversation again; the agent then has it."""
    return apply(connection, _REOPEN, conversation_id, agent_id, now, fence)


def hand_back(
    connection: Connection,
    conversation_id: int,
    agent_id: int,
    now: datetime,
    fence: int | None = None,
) -> ConversationRow:
    """Give a conversation that the agent or nobody has to the bot, which starts afresh."""
    return apply(connection, _HAND_BACK, conversation_id, agent_id, now, fence)


def call_person(connection: Connection, conversation_id: int, reason: Reason) -> None:
    """Put before people a conversation that the bot has, with nobody's doing."""
    query = update(conversation).where(
        conversation.c.id == conversation_id, conversation.c.status == Status.PENDING
    )
    query = query.values(
        status=Status.OPEN,
        opened_at=conversation.c.last_at,
        waiting_since=conversation.c.last_at,
        unread=1,
        reason=reason,
        fence=conversation.c.fence + 1,
    )
    if connection.execute(query).rowcount:
        events.emit(connection, "conversation", conversation_id, {"change": "message"})


# How long the fan has waited is kept, though nobody sees it at rest: undoing must not lose it.
_AT_REST = {"agent_id": None, "opened_at": None}
_WAS_OPEN = conversation.c.status == Status.OPEN
_IS_KEPT = (conversation.c.agent_id == AGENT) & _WAS_OPEN
_TAKE = Change(
    "take",
    IS_FREE & ~func.coalesce(_IS_KEPT, False),
    {
        "status": Status.OPEN,
        "agent_id": AGENT,
        "opened_at": case((_WAS_OPEN, conversation.c.opened_at), else_=NOW),
    },
)
_RELEASE = Change(
    "release",
    conversation.c.agent_id == AGENT,
    {
        "status": Status.OPEN,
        "agent_id": None,
        "waiting_since": func.coalesce(conversation.c.waiting_since, NOW),
    },
)
_RESOLVE = Change("resolve", IS_FREE, {"status": Status.RESOLVED, **_AT_REST})
_REOPEN = Change(
    "reopen",
    (conversation.c.status == Status.RESOLVED) & IS_FREE,
    {"status": Status.OPEN, "agent_id": AGENT, "opened_at": NOW},
)
_HAND_BACK = Change(
    "hand_back", IS_FREE, {"status": Status.PENDING, **_AT_REST, "misses": 0, "offered": "[]"}
)
