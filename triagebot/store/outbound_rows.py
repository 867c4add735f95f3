"""A text on its way to a fan: read in one query, with whom it is for and who wrote it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Row, Select, select

from triagebot.domain.message import Reply
from triagebot.store.decision_columns import reply_of
from triagebot.store.tables import agent, conversation, message, outbound
from triagebot.store.times import from_ms


class State(StrEnum):
    """Where a text is on its way to the fan."""

    QUEUED = "queued"
    SENDING = "sending"
    HELD = "held"
    DELIVERED = "delivered"
    FAILED = "failed"
    UNCERTAIN = "uncertain"


@dataclass(frozen=True, slots=True)
class OutboundRow:
    """One text. `sent_at` is when the platform was last called.

    An agent's has `agent_id`; the bot's has none, but `message_id`, of the message that it is the
    late `reply` to.
    """

    id: int
    conversation_id: int
    channel: str
    fan: str
    agent_id: int | None
    agent_name: str
    text: str
    client_id: str
    state: State
    attempts: int
    created_at: datetime
    sent_at: datetime | None
    error: str
    message_id: int | None = None
    reply: Reply | None = None


def select_rows() -> Select[Any]:
    """Select texts with their fans, writers, and what they reply to."""
    columns = (outbound, conversation.c.channel, conversation.c.fan, agent.c.name, message.c.reply)
    source = outbound.join(conversation, conversation.c.id == outbound.c.conversation_id)
    source = source.outerjoin(agent, agent.c.id == outbound.c.agent_id)
    source = source.outerjoin(message, message.c.id == outbound.c.message_id)
    return select(*columns).select_from(source)


def to_row(row: Row[Any]) -> OutboundRow:
    """Read a row of `select_rows`."""
    reply = reply_of(row) if row.message_id is not None else None
    return OutboundRow(
        id=row.id,
        conversation_id=row.conversation_id,
        channel=row.channel,
        fan=row.fan,
        agent_id=row.agent_id,
        agent_name=row.name or "",
        text=reply.text if reply else row.text,
        client_id=row.client_id,
        state=State(row.state),
        attempts=row.attempts,
        created_at=from_ms(row.created_at),
        sent_at=from_ms(row.sent_at),
        error=row.error,
        message_id=row.message_id,
        reply=reply,
    )
