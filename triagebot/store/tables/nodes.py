"""What several nodes on one store agree on."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, LargeBinary, Table, Text

from triagebot.store.tables.columns import Time, metadata

lease = Table(
    "lease",
    metadata,
    Column("name", Text, primary_key=True),
    Column("holder", Text, nullable=False),
    Column("fence", BigInteger, nullable=False),
    Column("until", Time, nullable=False),
)

promotion = Table(
    "promotion",
    metadata,
    Column("at", Text, primary_key=True),
    Column("bundle", Text, nullable=False),
    Column("by", Text, nullable=False),
)

bundle_file = Table(
    "bundle_file",
    metadata,
    Column("bundle", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("content", LargeBinary, nullable=False),
)
