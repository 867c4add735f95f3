"""What staff write over the files: drafts, published versions, snippets, and how often both hit."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, Table, Text

from triagebot.store.tables.columns import Time, metadata, number_column

edition = Table(
    "edition",
    metadata,
    number_column(),
    Column("subject", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("words", Text, nullable=False),
    Column("base", Text, nullable=False),
    Column("valid_from", Time),
    Column("valid_until", Time),
    Column("by", Text, nullable=False),
    Column("at", Time, nullable=False),
    Index(None, "subject", "name", "id"),
    sqlite_autoincrement=True,
)

edition_draft = Table(
    "edition_draft",
    metadata,
    Column("subject", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("words", Text, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("by", Text, nullable=False),
    Column("at", Time, nullable=False),
)

snippet = Table(
    "snippet",
    metadata,
    number_column(),
    Column("title", Text, nullable=False, unique=True),
    Column("text", Text, nullable=False),
    Column("shortcut", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("at", Time, nullable=False),
    sqlite_autoincrement=True,
)

hit_count = Table(
    "hit_count",
    metadata,
    Column("day", Time, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("n", Integer, nullable=False),
)
