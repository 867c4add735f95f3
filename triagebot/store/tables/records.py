"""What happened: events for screens, deeds of people, counts by the hour."""

from __future__ import annotations

from sqlalchemy import Column, Integer, Table, Text

from triagebot.store.tables.columns import Number, Time, metadata, number_column

event = Table(
    "event",
    metadata,
    number_column(),
    Column("kind", Text, nullable=False),
    Column("conversation_id", Number),
    Column("payload", Text, nullable=False),
    sqlite_autoincrement=True,
)

audit_log = Table(
    "audit_log",
    metadata,
    number_column(),
    Column("at", Time, nullable=False),
    Column("who", Text, nullable=False),
    Column("what", Text, nullable=False),
    Column("conversation_id", Number, index=True),
    Column("detail", Text, nullable=False),
    sqlite_autoincrement=True,
)

seal = Table(
    "seal",
    metadata,
    number_column(),
    Column("last_id", Number, nullable=False),
    Column("at", Time, nullable=False),
    Column("deeds", Text, nullable=False),
    Column("whole", Text, nullable=False),
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
