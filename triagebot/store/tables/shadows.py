"""What a candidate would have done with live messages: counts, never texts."""

from __future__ import annotations

from sqlalchemy import Column, Float, Integer, Table, Text

from triagebot.store.tables.columns import Time, metadata

shadow_seen = Table(
    "shadow_seen",
    metadata,
    Column("candidate", Text, primary_key=True),
    Column("base", Text, primary_key=True),
    Column("since", Time, nullable=False),
    Column("until", Time, nullable=False),
    Column("seen", Integer, nullable=False),
    Column("skipped", Integer, nullable=False),
    Column("changed", Integer, nullable=False),
)

shadow_change = Table(
    "shadow_change",
    metadata,
    Column("candidate", Text, primary_key=True),
    Column("base", Text, primary_key=True),
    Column("before", Text, primary_key=True),
    Column("after", Text, primary_key=True),
    Column("n", Integer, nullable=False),
    Column("at_stake", Float, nullable=False),
    Column("message_ids", Text, nullable=False),
)
