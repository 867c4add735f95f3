"""What several nodes on one store agree on."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Table, Text

from triagebot.store.tables.columns import Time, metadata

lease = Table(
    "lease",
    metadata,
    Column("name", Text, primary_key=True),
    Column("holder", Text, nullable=False),
    Column("fence", BigInteger, nullable=False),
    Column("until", Time, nullable=False),
)
