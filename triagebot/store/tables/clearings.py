"""One decision on many waiting conversations, and what became of it for each."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, Table, Text, text

from triagebot.store.tables.columns import Number, Time, metadata, number_column

clearing = Table(
    "clearing",
    metadata,
    number_column(),
    Column("agent_id", Number, ForeignKey("agent.id"), nullable=False),
    Column("text", Text, nullable=False),
    Column("intent", Text),
    Column("keeps", Boolean, nullable=False),
    Column("state", Text, nullable=False),
    Column("size", Integer, nullable=False),
    Column("created_at", Time, nullable=False),
    Column("starts_at", Time, nullable=False),
    Column("answer", Text),
    Index(None, "agent_id", "created_at"),
    Index(
        "ix_clearing_active",
        "starts_at",
        sqlite_where=text("state IN ('held', 'going')"),
    ),
    sqlite_autoincrement=True,
)

clearing_item = Table(
    "clearing_item",
    metadata,
    number_column(),
    Column("clearing_id", Number, ForeignKey("clearing.id"), nullable=False),
    Column("conversation_id", Number, ForeignKey("conversation.id"), nullable=False),
    Column("message_id", Number, ForeignKey("message.id"), nullable=False),
    Column("newest_id", Number, nullable=False),
    Column("state", Text, nullable=False),
    Column("outbound_id", Number, ForeignKey("outbound.id")),
    Index(None, "clearing_id", "state", "id"),
    Index(
        "ix_clearing_item_sent",
        "outbound_id",
        sqlite_where=text("state = 'sent'"),
    ),
    sqlite_autoincrement=True,
)
