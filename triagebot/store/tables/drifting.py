"""How fans write, hour by hour, and whether it is strange now: counts, never texts."""

from __future__ import annotations

from sqlalchemy import Column, Table, Text

from triagebot.store.tables.columns import Time, metadata

drift_hour = Table(
    "drift_hour",
    metadata,
    Column("features", Text, primary_key=True),
    Column("hour", Time, primary_key=True),
    Column("counts", Text, nullable=False),
)

drift_guard = Table(
    "drift_guard",
    metadata,
    Column("name", Text, primary_key=True),
    Column("at", Time, nullable=False),
    Column("state", Text, nullable=False),
)
