"""Pictures and voices of fans that are kept, and what fans were told outside the window."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, Table, Text, text

from triagebot.store.tables.columns import Number, Time, metadata, number_column

media = Table(
    "media",
    metadata,
    number_column(),
    Column("message_id", Number, ForeignKey("message.id"), nullable=False, unique=True),
    Column("kind", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("file", Text, nullable=False),
    Column("bytes", Integer, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("due_at", Time, nullable=False),
    Column("error", Text, nullable=False),
    Index(
        "ix_media_wanted",
        "due_at",
        sqlite_where=text("state = 'wanted'"),
    ),
    Index(
        "ix_media_kept",
        "id",
        sqlite_where=text("state = 'kept'"),
    ),
    sqlite_autoincrement=True,
)

answered_notice = Table(
    "answered_notice",
    metadata,
    Column("conversation_id", Number, ForeignKey("conversation.id"), primary_key=True),
    Column("outbound_id", Number, nullable=False),
    Column("at", Time, nullable=False),
    Column("state", Text, nullable=False),
    Column("error", Text, nullable=False),
)
