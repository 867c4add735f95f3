"""What fans say of talks with people, by a tap."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Table, Text

from triagebot.store.tables.columns import Number, Time, metadata, number_column

rating = Table(
    "rating",
    metadata,
    number_column(),
    Column("conversation_id", Number, ForeignKey("conversation.id"), nullable=False, index=True),
    Column("agent_id", Number, ForeignKey("agent.id"), nullable=False),
    Column("score", Text, nullable=False),
    Column("at", Time, nullable=False, index=True),
    sqlite_autoincrement=True,
)
