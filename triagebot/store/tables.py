"""The tables, in one place; the migrations bring a database to this form."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    text,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# SQLite numbers rows by itself only where the type is spelled INTEGER.
Number = BigInteger().with_variant(Integer, "sqlite")
Time = BigInteger


def _id() -> Column[int]:
    return Column("id", Number, primary_key=True, autoincrement=True)


agent = Table(
    "agent",
    metadata,
    _id(),
    Column("name", Text, nullable=False, unique=True),
    Column("role", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("disabled", Boolean, nullable=False),
    Column("password_hash", Text, nullable=False),
    Column("created_at", Time, nullable=False),
    sqlite_autoincrement=True,
)

session = Table(
    "session",
    metadata,
    Column("token_hash", Text, primary_key=True),
    Column("agent_id", Number, ForeignKey("agent.id"), nullable=False, index=True),
    Column("csrf", Text, nullable=False),
    Column("created_at", Time, nullable=False),
    Column("expires_at", Time, nullable=False, index=True),
)

api_token = Table(
    "api_token",
    metadata,
    _id(),
    Column("agent_id", Number, ForeignKey("agent.id"), nullable=False, index=True),
    Column("name", Text, nullable=False),
    Column("token_hash", Text, nullable=False, unique=True),
    Column("created_at", Time, nullable=False),
    Column("revoked_at", Time),
)

conversation = Table(
    "conversation",
    metadata,
    _id(),
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
    UniqueConstraint("channel", "fan"),
    Index(None, "status", "last_at", "id"),
    Index(
        "ix_conversation_held",
        "agent_id",
        "status",
        "last_at",
        "id",
        sqlite_where=text("agent_id IS NOT NULL"),
        postgresql_where=text("agent_id IS NOT NULL"),
    ),
    # Only waiting conversations are in it, so that the bot's own traffic never touches it.
    Index(
        "ix_conversation_waiting",
        "status",
        "window_until",
        "waiting_since",
        "id",
        sqlite_where=text("status = 'open' AND agent_id IS NULL"),
        postgresql_where=text("status = 'open' AND agent_id IS NULL"),
    ),
    sqlite_autoincrement=True,
)

message = Table(
    "message",
    metadata,
    _id(),
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
    UniqueConstraint("channel", "fan", "key"),
    Index(None, "conversation_id", "id"),
    sqlite_autoincrement=True,
)

outbound = Table(
    "outbound",
    metadata,
    _id(),
    Column("conversation_id", Number, ForeignKey("conversation.id"), nullable=False),
    Column("agent_id", Number, ForeignKey("agent.id"), nullable=False),
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
        sqlite_where=text("state IN ('queued', 'sending')"),
        postgresql_where=text("state IN ('queued', 'sending')"),
    ),
    sqlite_autoincrement=True,
)

label = Table(
    "label",
    metadata,
    _id(),
    Column("message_id", Number, ForeignKey("message.id"), nullable=False),
    Column("intent", Text, nullable=False),
    Column("answer", Text),
    Column("source", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("at", Time, nullable=False),
    Column("p_sample", Float, nullable=False),
    Column("weight", Float, nullable=False),
    Column("split", Text),
    Column("model", Text),
    Column("shown", Text),
    Column("withdrawn_at", Time),
    Index(
        "uq_label_active",
        "message_id",
        "by",
        unique=True,
        sqlite_where=text("withdrawn_at IS NULL"),
        postgresql_where=text("withdrawn_at IS NULL"),
    ),
    sqlite_autoincrement=True,
)

event = Table(
    "event",
    metadata,
    _id(),
    Column("kind", Text, nullable=False),
    Column("conversation_id", Number),
    Column("payload", Text, nullable=False),
    sqlite_autoincrement=True,
)

audit_log = Table(
    "audit_log",
    metadata,
    _id(),
    Column("at", Time, nullable=False),
    Column("who", Text, nullable=False),
    Column("what", Text, nullable=False),
    Column("conversation_id", Number, index=True),
    Column("detail", Text, nullable=False),
    sqlite_autoincrement=True,
)

hour_count = Table(
    "hour_count",
    metadata,
    Column("hour", Time, primary_key=True),
    Column("channel", Text, primary_key=True),
    Column("intent", Text, primary_key=True),
    Column("action", Text, primary_key=True),
    Column("reason", Text, primary_key=True),
    Column("n", Integer, nullable=False),
)

progress = Table(
    "progress",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", Number, nullable=False),
)

audit = Table(
    "audit",
    metadata,
    _id(),
    Column("message_id", Number, ForeignKey("message.id"), nullable=False, unique=True),
    Column("intent", Text, nullable=False),
    Column("p_sample", Float, nullable=False),
    Column("drawn_at", Time, nullable=False, index=True),
    Column("verdict", Text),
    Column("right_intent", Text),
    Column("right_answer", Text),
    Column("by", Text),
    Column("judged_at", Time),
    Index(
        "ix_audit_open",
        "id",
        sqlite_where=text("verdict IS NULL"),
        postgresql_where=text("verdict IS NULL"),
    ),
    sqlite_autoincrement=True,
)

audit_stratum = Table(
    "audit_stratum",
    metadata,
    Column("intent", Text, primary_key=True),
    Column("week", Integer, primary_key=True),
    Column("seen", Integer, nullable=False),
)
