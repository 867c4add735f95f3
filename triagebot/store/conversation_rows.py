"""A conversation as lists show it: read in one query, with its holder and what may be sent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Row, Select, case, func, select

from triagebot.domain.conversation import Memory, Status
from triagebot.domain.window import MESSAGE_COUNT
from triagebot.store.tables import agent, conversation, offer, send_window
from triagebot.store.times import from_ms

COUNTED = "wechat:"
"""Channels in which the platform counts what we send."""

_asked = agent.alias("asked")


@dataclass(frozen=True, slots=True)
class ConversationRow:
    """A conversation as lists show it.

    `reason`, `intent` and `confidence` belong to the last decision that was not silence: for an
    open conversation, why it was handed off. `waiting_since` is since when the fan waits for a
    person. `offered_to` is the agent who is asked to take it, and `offered_why`; anybody still may.
    `window_until` is until when the platform lets us write to the fan, and
    `messages_left` how often in that time; None where nobody counts.
    """

    id: int
    channel: str
    fan: str
    status: Status
    agent_id: int | None
    agent_name: str | None
    opened_at: datetime | None
    waiting_since: datetime | None
    last_at: datetime
    last_text: str
    unread: int
    intent: str | None
    confidence: float
    reason: str | None
    fence: int
    window_until: datetime
    messages_left: int | None
    memory: Memory
    snoozed_until: datetime | None = None
    offered_to: int | None = None
    offered_name: str | None = None
    offered_why: str | None = None


def select_rows() -> Select[Any]:
    """Select conversations with the names of their holders."""
    source = conversation.outerjoin(agent, agent.c.id == conversation.c.agent_id)
    source = source.outerjoin(send_window, send_window.c.conversation_id == conversation.c.id)
    source = source.outerjoin(offer, offer.c.conversation_id == conversation.c.id)
    source = source.outerjoin(_asked, _asked.c.id == offer.c.agent_id)
    # What was sent counts for the window that the fan's last message opened, not for a newer one.
    counted = send_window.c.window_until == conversation.c.window_until
    sent = case((counted & send_window.c.closed, MESSAGE_COUNT), (counted, send_window.c.sent))
    columns = [agent.c.name.label("agent_name"), func.coalesce(sent, 0).label("sent")]
    columns += [offer.c.agent_id.label("offered_to"), offer.c.why.label("offered_why")]
    columns.append(_asked.c.name.label("offered_name"))
    return select(conversation, *columns).select_from(source)


def to_row(row: Row[Any]) -> ConversationRow:
    """Turn a row of `select_rows` into its value."""
    memory = Memory(
        status=Status(row.status),
        misses=row.misses,
        offered=tuple(msgspec.json.decode(row.offered)),
        last_answer=row.last_answer,
        last_text=row.last_question,
        small_talk=row.small_talk,
    )
    is_open = memory.status is Status.OPEN
    is_free = is_open and row.agent_id is None
    return ConversationRow(
        id=row.id,
        channel=row.channel,
        fan=row.fan,
        status=memory.status,
        agent_id=row.agent_id,
        agent_name=row.agent_name,
        opened_at=from_ms(row.opened_at),
        waiting_since=from_ms(row.waiting_since) if is_open else None,
        last_at=from_ms(row.last_at),
        last_text=row.last_text,
        unread=row.unread if is_open else 0,
        intent=row.intent,
        confidence=row.confidence,
        reason=row.reason,
        fence=row.fence,
        window_until=from_ms(row.window_until),
        messages_left=_messages_left(row),
        memory=memory,
        snoozed_until=from_ms(row.snoozed_until) if memory.status is Status.SNOOZED else None,
        offered_to=row.offered_to if is_free else None,
        offered_name=row.offered_name if is_free else None,
        offered_why=row.offered_why if is_free else None,
    )


def _messages_left(row: Row[Any]) -> int | None:
    counts = row.window_until and row.channel.startswith(COUNTED)
    return max(MESSAGE_COUNT - row.sent, 0) if counts else None
