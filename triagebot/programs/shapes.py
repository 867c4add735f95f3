"""Conversations, messages and people in Chatwoot's words, so that its clients feel at home.

Ids are numbers here, times are seconds since 1970 as Chatwoot gives them.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal

import msgspec

from triagebot.domain.agent import Agent, Role
from triagebot.store.conversation_rows import ConversationRow
from triagebot.store.fans import FanRow
from triagebot.store.messages import MessageRow
from triagebot.store.notes import NoteRow
from triagebot.store.outbound_rows import OutboundRow

_REPLY, _OUTBOUND, _NOTE = 10**15, 2 * 10**15, 3 * 10**15
"""Replies of the bot, agents' texts and notes have tables, and so numbers, of their own."""
_SHOWN = 4


class Person(msgspec.Struct, omit_defaults=True):
    """A fan (`contact`), an agent (`user`) or the bot (`agent_bot`)."""

    id: int
    name: str
    type: Literal["contact", "user", "agent_bot"]
    role: str | None = None


class Contact(msgspec.Struct):
    """A fan. WeChat tells no names, so `name` is their remark or the end of their id."""

    id: int
    name: str
    identifier: str
    created_at: int
    additional_attributes: dict[str, Any]
    custom_attributes: dict[str, Any]


class Message(msgspec.Struct):
    """One line of a conversation."""

    id: int
    content: str
    content_type: str
    content_attributes: dict[str, Any]
    message_type: str
    created_at: int
    private: bool
    status: str
    source_id: str | None
    conversation_id: int
    sender: Person | None


class Meta(msgspec.Struct):
    """Who takes part in a conversation."""

    sender: Person
    assignee: Person | None
    channel: str


class Conversation(msgspec.Struct):
    """A conversation; `can_reply` says whether the platform still lets us write."""

    id: int
    account_id: int
    inbox_id: int
    status: str
    can_reply: bool
    unread_count: int
    priority: str | None
    labels: list[str]
    meta: Meta
    additional_attributes: dict[str, Any]
    custom_attributes: dict[str, Any]
    created_at: int
    timestamp: int
    last_activity_at: int
    waiting_since: int
    agent_last_seen_at: int
    messages: list[Message]


_BOT = Person(0, "triagebot", "agent_bot")


def seconds(moment: datetime | None) -> int:
    """Return seconds since 1970; 0 for no moment, as Chatwoot has it."""
    return int(moment.timestamp()) if moment else 0


def contact(row: FanRow, tags: list[str]) -> Contact:
    """Return a fan."""
    ways = {"scene": row.scene, "came_by": row.came_by, "follows": row.follows, "tags": tags}
    name = row.remark or row.fan[-_SHOWN:]
    extra = {"channel": row.channel, **ways}
    return Contact(row.id, name, row.fan, seconds(row.first_at), extra, {})


def agent(person: Agent) -> Person:
    """Return a person of the desk; Chatwoot knows administrators and agents."""
    role = "administrator" if person.role is Role.ADMIN else "agent"
    return Person(person.id, person.name, "user", role)


def conversation(row: ConversationRow, now: datetime, labels: Sequence[str]) -> Conversation:
    """Return a conversation, without messages."""
    holder = None
    if row.agent_id is not None:
        holder = Person(row.agent_id, row.agent_name or "", "user")
    reasons = {"intent": row.intent, "confidence": row.confidence, "reason": row.reason}
    always = not row.channel.startswith("wechat:")
    return Conversation(
        id=row.id,
        account_id=1,
        inbox_id=1,
        status=row.status.value,
        can_reply=always or row.window_until > now,
        unread_count=row.unread,
        priority=None,
        labels=list(labels),
        meta=Meta(Person(row.id, row.fan[-_SHOWN:], "contact"), holder, row.channel),
        additional_attributes={"window_until": seconds(row.window_until), **reasons},
        custom_attributes={},
        created_at=seconds(row.opened_at or row.last_at),
        timestamp=seconds(row.last_at),
        last_activity_at=seconds(row.last_at),
        waiting_since=seconds(row.waiting_since),
        agent_last_seen_at=0,
        messages=[],
    )


def incoming(row: MessageRow) -> Message:
    """Return what a fan sent, with what was decided on it."""
    decision = row.decision
    attributes = {
        "kind": row.event.value if row.event else row.kind.value,
        "decision": decision.action.value,
        "reason": decision.reason.value,
        "intent": decision.intent,
        "confidence": decision.confidence,
        "answer": decision.answer,
    }
    sender = Person(row.conversation_id, row.fan[-_SHOWN:], "contact")
    return Message(row.id, row.text, "text", attributes, "incoming", seconds(row.received_at),
                   False, "sent", str(row.id), row.conversation_id, sender)  # fmt: skip


def bot_reply(row: MessageRow) -> Message | None:
    """Return what the bot said at once, if it said anything."""
    if not row.reply:
        return None
    options = [{"title": option.title, "value": option.id} for option in row.reply.options]
    kind = "input_select" if options else "text"
    attributes: dict[str, Any] = {"items": options} if options else {}
    return Message(_REPLY + row.id, row.reply.text, kind, attributes, "template",
                   seconds(row.received_at), False, "sent", None, row.conversation_id,
                   _BOT)  # fmt: skip


_STATES = {"queued": "progress", "sending": "progress", "delivered": "delivered"}


def outgoing(row: OutboundRow) -> Message:
    """Return what an agent wrote, or a late reply; `status` is `failed` also where nobody knows."""
    attributes = {"state": row.state.value, "external_error": row.error}
    words, kind, sender = row.text, "outgoing", _BOT
    if row.reply is not None:
        words, kind = row.reply.text, "template"
    if row.agent_id is not None:
        sender = Person(row.agent_id, row.agent_name, "user")
    return Message(_OUTBOUND + row.id, words, "text", attributes, kind,
                   seconds(row.created_at), False, _STATES.get(row.state, "failed"),
                   row.client_id, row.conversation_id, sender)  # fmt: skip


def private_note(row: NoteRow) -> Message:
    """Return what an agent told colleagues; the fan never sees it."""
    sender = Person(row.agent_id, row.agent_name, "user")
    return Message(_NOTE + row.id, row.text, "text", {}, "outgoing", seconds(row.at), True, "sent",
                   None, row.conversation_id, sender)  # fmt: skip


def thread(said: list[MessageRow], texts: list[OutboundRow], notes: list[NoteRow]) -> list[Message]:
    """Return all lines of a conversation, oldest first; a late reply stands where it was sent."""
    late = {row.message_id for row in texts}
    lines = [(row.received_at, incoming(row)) for row in said]
    lines += [
        (row.received_at, reply) for row in said if row.id not in late and (reply := bot_reply(row))
    ]
    lines += [(row.created_at, outgoing(row)) for row in texts]
    lines += [(row.at, private_note(row)) for row in notes]
    # A reply stays behind the message that it shares its moment with.
    lines.sort(key=lambda pair: (pair[0], pair[1].message_type != "incoming"))
    return [line for _, line in lines]
