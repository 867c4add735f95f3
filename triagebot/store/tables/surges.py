"""Messages of a surge that were stored first and are thought about later."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Table

from triagebot.store.tables.columns import Number, metadata

put_off = Table(
    "put_off",
    metadata,
    Column(
        "message_id",
        Number,
        ForeignKey("message.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    ),
)
