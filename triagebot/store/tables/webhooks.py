"""Whom we tell news, and what is still to be told."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, Table, Text, UniqueConstraint, text

from triagebot.store.tables.columns import Number, Time, metadata, number_column

webhook = Table(
    "webhook",
    metadata,
    number_column(),
    Column("url", Text, nullable=False),
    Column("subscriptions", Text, nullable=False),
    Column("secret", Text, nullable=False),
    Column("created_at", Time, nullable=False),
    Column("failing_since", Time),
    Column("disabled_at", Time),
    Column("reason", Text, nullable=False),
    sqlite_autoincrement=True,
)

webhook_delivery = Table(
    "webhook_delivery",
    metadata,
    number_column(),
    Column("webhook_id", Number, ForeignKey("webhook.id"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("payload", Text, nullable=False),
    Column("conversation_id", Number),
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("created_at", Time, nullable=False),
    Column("due_at", Time, nullable=False),
    Column("done_at", Time),
    Column("status", Integer),
    Column("error", Text, nullable=False),
    UniqueConstraint("webhook_id", "kind", "subject"),
    Index(
        "ix_webhook_delivery_due",
        "webhook_id",
        "due_at",
        "id",
        sqlite_where=text("state IN ('queued', 'sending')"),
    ),
    Index(
        "ix_webhook_delivery_done",
        "done_at",
        sqlite_where=text("done_at IS NOT NULL"),
    ),
    sqlite_autoincrement=True,
)
