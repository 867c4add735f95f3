"""Who may sign in, and with what."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Table, Text

from triagebot.store.tables.columns import Number, Time, metadata, number_column

agent = Table(
    "agent",
    metadata,
    number_column(),
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
    number_column(),
    Column("agent_id", Number, ForeignKey("agent.id"), nullable=False, index=True),
    Column("name", Text, nullable=False),
    Column("token_hash", Text, nullable=False, unique=True),
    Column("created_at", Time, nullable=False),
    Column("revoked_at", Time),
)

second_factor = Table(
    "second_factor",
    metadata,
    Column("agent_id", Number, ForeignKey("agent.id"), primary_key=True, autoincrement=False),
    Column("secret", Text, nullable=False),
    Column("begun_at", Time, nullable=False),
    Column("confirmed_at", Time),
    Column("last_step", Number, nullable=False),
)

recovery_code = Table(
    "recovery_code",
    metadata,
    Column("agent_id", Number, ForeignKey("agent.id"), primary_key=True, autoincrement=False),
    Column("code_hash", Text, primary_key=True),
)
