"""What fans and agents say to each other."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from triagebot.store.tables.columns import Number, Time, metadata, number_column

DATED = "wechat:"
"""Channels of which each delivery of a message says when the fan sent it."""

SENT = f"CASE WHEN substr(channel, 1, {len(DATED)}) = '{DATED}' THEN sent_at ELSE 0 END"
"""When a message was sent, as far as all its deliveries say the same; what the index is made of."""

HOUR = 3_600_000
"""Milliseconds, of which `lately` counts those before `last_at`. The index of lists has this and
not the time itself: of a fan who goes on writing, it is moved once an hour."""


def changed_at(moment: int) -> dict[str, int]:
    """Return the values of the columns that say when a conversation changed last."""
    return {"last_at": moment, "lately": moment // HOUR}


conversation = Table(
    "conversation",
    metadata,
    number_column(),
    Column("channel", Text, nullable=False),
    Column("fan", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("agent_id", Number, ForeignKey("agent.id")),
    Column("opened_at", Time),
    Column("waiting_since", Time),
    Column("last_at", Time, nullable=False),
    Column("last_text", Text, nullable=False),
    Column("unread", Integer, nullable=False),
    Column("intent", Text),
    Column("confidence", Float, nullable=False),
    Column("reason", Text),
    Column("misses", Integer, nullable=False),
    Column("offered", Text, nullable=False),
    Column("last_answer", Text),
    Column("last_question", Text, nullable=False),
    Column("small_talk", Integer, nullable=False),
    Column("fence", Integer, nullable=False),
    Column("window_until", Time, nullable=False),
    Column("snoozed_until", Time),
    Column("taken_at", Time),
    Column("lately", Number, nullable=False, server_default="0"),
    UniqueConstraint("channel", "fan"),
    Index(None, "status", "lately"),
    Index(
        "ix_conversation_held",
        "agent_id",
        "status",
        "last_at",
        "id",
        sqlite_where=text("agent_id IS NOT NULL"),
    ),
    Index(
        "ix_conversation_snoozed",
        "snoozed_until",
        sqlite_where=text("snoozed_until IS NOT NULL"),
    ),
    # Only waiting conversations are in it, so that the bot's own traffic never touches it; and
    # nothing that the next message of one who waits changes.
    Index(
        "ix_conversation_waiting",
        "status",
        "waiting_since",
        "id",
        sqlite_where=text("status = 'open' AND agent_id IS NULL"),
    ),
    sqlite_autoincrement=True,
)

message = Table(
    "message",
    metadata,
    number_column(),
    Column("conversation_id", Number, ForeignKey("conversation.id"), nullable=False),
    Column("channel", Text, nullable=False),
    Column("fan", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("event", Text),
    Column("text", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("sent_at", Time, nullable=False),
    Column("received_at", Time, nullable=False),
    Column("action", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("intent", Text),
    Column("confidence", Float, nullable=False),
    Column("answer", Text),
    Column("answer_confidence", Float, nullable=False),
    Column("threshold", Float, nullable=False),
    Column("options", Text, nullable=False),
    Column("rule", Text),
    Column("model", Text, nullable=False),
    Column("reply", Text),
    Column("crc", BigInteger),
    UniqueConstraint("channel", "fan", "key").ddl_if(dialect="postgresql"),
    Index("uq_message_once", text(SENT), "channel", "fan", "key", unique=True).ddl_if(
        dialect="sqlite"
    ),
    Index(None, "conversation_id", "id"),
    sqlite_autoincrement=True,
)

UNSENT = "state IN ('queued', 'sending', 'held')"
"""The condition of an index. What looks every second spells it so too: it would read all else."""

outbound = Table(
    "outbound",
    metadata,
    number_column(),
    Column("conversation_id", Number, ForeignKey("conversation.id"), nullable=False),
    Column("agent_id", Number, ForeignKey("agent.id")),
    # The message that this is the late reply to; those are the bot's, all others an agent's.
    Column("message_id", Number, ForeignKey("message.id"), unique=True),
    Column("text", Text, nullable=False),
    Column("client_id", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("created_at", Time, nullable=False),
    Column("due_at", Time, nullable=False),
    Column("sent_at", Time),
    Column("error", Text, nullable=False),
    UniqueConstraint("conversation_id", "client_id"),
    Index(None, "conversation_id", "id"),
    Index(
        "ix_outbound_unsent",
        "conversation_id",
        "id",
        sqlite_where=text(UNSENT),
    ),
    sqlite_autoincrement=True,
)

note = Table(
    "note",
    metadata,
    number_column(),
    Column("conversation_id", Number, ForeignKey("conversation.id"), nullable=False),
    Column("agent_id", Number, ForeignKey("agent.id"), nullable=False),
    Column("text", Text, nullable=False),
    Column("created_at", Time, nullable=False),
    Index(None, "conversation_id", "id"),
    sqlite_autoincrement=True,
)
