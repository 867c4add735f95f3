"""Corrections of wrong answers, and what became of them for each fan who was told."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, Table, Text, UniqueConstraint, text

from triagebot.store.tables.columns import Number, Time, metadata, number_column

recall = Table(
    "recall",
    metadata,
    number_column(),
    Column("answer", Text, nullable=False),
    Column("since", Time, nullable=False),
    Column("until", Time, nullable=False),
    Column("text", Text, nullable=False),
    Column("agent_id", Number, ForeignKey("agent.id"), nullable=False),
    Column("state", Text, nullable=False),
    Column("told", Integer, nullable=False),
    Column("created_at", Time, nullable=False),
    Column("starts_at", Time, nullable=False),
    sqlite_autoincrement=True,
)

recall_fan = Table(
    "recall_fan",
    metadata,
    number_column(),
    Column("recall_id", Number, ForeignKey("recall.id"), nullable=False),
    Column("conversation_id", Number, ForeignKey("conversation.id"), nullable=False),
    Column("state", Text, nullable=False),
    Column("outbound_id", Number, ForeignKey("outbound.id")),
    UniqueConstraint("recall_id", "conversation_id"),
    Index(
        "ix_recall_fan_held",
        "id",
        sqlite_where=text("state = 'held'"),
    ),
    sqlite_autoincrement=True,
)
