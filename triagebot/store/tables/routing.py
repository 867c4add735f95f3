"""Who is at the desk, what each agent can do, and to whom a waiting fan is offered."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Integer, Table, Text

from triagebot.store.tables.columns import Number, Time, metadata

presence = Table(
    "presence",
    metadata,
    Column("agent_id", Number, ForeignKey("agent.id"), primary_key=True, autoincrement=False),
    Column("node", Text, primary_key=True),
    Column("seen_at", Time, nullable=False),
)

skill = Table(
    "skill",
    metadata,
    Column("agent_id", Number, ForeignKey("agent.id"), primary_key=True, autoincrement=False),
    Column("intents", Text, nullable=False),
    Column("channels", Text, nullable=False),
    Column("capacity", Integer, nullable=False),
)

offer = Table(
    "offer",
    metadata,
    Column(
        "conversation_id",
        Number,
        ForeignKey("conversation.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    ),
    # Nobody's once it has run out; who let it pass is not asked again.
    Column("agent_id", Number, ForeignKey("agent.id")),
    Column("why", Text, nullable=False),
    Column("until", Time, nullable=False),
    Column("passed", Text, nullable=False),
)
