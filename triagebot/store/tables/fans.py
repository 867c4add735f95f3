"""Who the fans are, as far as channels tell, with their tags."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from triagebot.store.tables.columns import Number, Time, metadata, number_column

fan = Table(
    "fan",
    metadata,
    number_column(),
    Column("channel", Text, nullable=False),
    Column("fan", Text, nullable=False),
    Column("first_at", Time, nullable=False),
    Column("follows", Boolean),
    Column("followed_at", Time),
    Column("left_at", Time),
    Column("came_by", Text, nullable=False),
    Column("scene", Text, nullable=False),
    Column("remark", Text, nullable=False),
    Column("unionid", Text, nullable=False),
    Column("asked_at", Time),
    UniqueConstraint("channel", "fan"),
    Index(
        "ix_fan_left",
        "left_at",
        sqlite_where=text("left_at IS NOT NULL"),
    ),
    Index(
        "ix_fan_scene",
        "scene",
        "id",
        sqlite_where=text("scene <> ''"),
    ),
    sqlite_autoincrement=True,
)

tag = Table(
    "tag",
    metadata,
    number_column(),
    Column("channel", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("remote_id", Integer),
    UniqueConstraint("channel", "name"),
    sqlite_autoincrement=True,
)

fan_tag = Table(
    "fan_tag",
    metadata,
    Column("fan_id", Number, ForeignKey("fan.id"), primary_key=True),
    Column("tag_id", Number, ForeignKey("tag.id"), primary_key=True),
    Column("pending", Text, nullable=False),
    Index(None, "tag_id", "fan_id"),
    Index(
        "ix_fan_tag_pending",
        "tag_id",
        "pending",
        sqlite_where=text("pending <> ''"),
    ),
)

fan_import = Table(
    "fan_import",
    metadata,
    Column("channel", Text, primary_key=True),
    Column("next", Text, nullable=False),
    Column("seen", Integer, nullable=False),
    Column("new", Integer, nullable=False),
    Column("total", Integer, nullable=False),
    Column("started_at", Time, nullable=False),
    Column("finished_at", Time),
)
