"""What the store remembers of sending to fans: which way a reply went, and what may still go."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, Table, Text, text

from triagebot.store.tables.columns import Number, Time, metadata

# Only for messages that were delivered more than once or answered late; all others are passive.
reply_way = Table(
    "reply_way",
    metadata,
    Column("message_id", Number, ForeignKey("message.id"), primary_key=True, autoincrement=False),
    Column("way", Text, nullable=False),
    Column("due_at", Time),
    Index(
        "ix_reply_way_held",
        "due_at",
        sqlite_where=text("way = 'held'"),
    ),
)

# Only for fans that were sent something outside their own request; see `store/windows.py`.
send_window = Table(
    "send_window",
    metadata,
    Column(
        "conversation_id",
        Number,
        ForeignKey("conversation.id"),
        primary_key=True,
        autoincrement=False,
    ),
    Column("window_until", Time, nullable=False),
    Column("sent", Integer, nullable=False),
    Column("act_until", Time, nullable=False),
    Column("act_sent", Integer, nullable=False),
    Column("closed", Boolean, nullable=False),
)

platform_token = Table(
    "platform_token",
    metadata,
    Column("appid", Text, primary_key=True),
    Column("token", Text, nullable=False),
    Column("renew_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("fetcher", Text, nullable=False),
    Column("fetching_until", BigInteger, nullable=False),
)
