"""What messages really were: labels, and blind checks of automatic answers."""

from __future__ import annotations

from sqlalchemy import Column, Float, ForeignKey, Index, Integer, Table, Text, text

from triagebot.store.tables.columns import Number, Time, metadata, number_column

label = Table(
    "label",
    metadata,
    number_column(),
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
    ),
    sqlite_autoincrement=True,
)

audit = Table(
    "audit",
    metadata,
    number_column(),
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
