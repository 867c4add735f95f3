"""Fans as people know them: following or gone, where they came from, their tags."""

import sqlalchemy as sa
from alembic import op

revision = "0120"
down_revision = "0160"

Number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the tables; fans who wrote before are noted after the start."""
    op.create_table(
        "fan",
        sa.Column("id", Number, autoincrement=True, nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("fan", sa.Text(), nullable=False),
        sa.Column("first_at", sa.BigInteger(), nullable=False),
        sa.Column("follows", sa.Boolean(), nullable=True),
        sa.Column("followed_at", sa.BigInteger(), nullable=True),
        sa.Column("left_at", sa.BigInteger(), nullable=True),
        sa.Column("came_by", sa.Text(), nullable=False),
        sa.Column("scene", sa.Text(), nullable=False),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.Column("unionid", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fan")),
        sa.UniqueConstraint("channel", "fan", name=op.f("uq_fan_channel_fan")),
        sqlite_autoincrement=True,
    )
    _partial("ix_fan_left", "fan", ["left_at"], "left_at IS NOT NULL")
    _partial("ix_fan_scene", "fan", ["scene", "id"], "scene <> ''")
    op.create_table(
        "tag",
        sa.Column("id", Number, autoincrement=True, nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("remote_id", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tag")),
        sa.UniqueConstraint("channel", "name", name=op.f("uq_tag_channel_name")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "fan_tag",
        sa.Column("fan_id", Number, autoincrement=False, nullable=False),
        sa.Column("tag_id", Number, autoincrement=False, nullable=False),
        sa.Column("pending", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["fan_id"], ["fan.id"], name=op.f("fk_fan_tag_fan_id")),
        sa.ForeignKeyConstraint(["tag_id"], ["tag.id"], name=op.f("fk_fan_tag_tag_id")),
        sa.PrimaryKeyConstraint("fan_id", "tag_id", name=op.f("pk_fan_tag")),
    )
    op.create_index(op.f("ix_fan_tag_tag_id_fan_id"), "fan_tag", ["tag_id", "fan_id"])
    _partial("ix_fan_tag_pending", "fan_tag", ["tag_id", "pending"], "pending <> ''")


def _partial(name: str, table: str, columns: list[str], where: str) -> None:
    condition = sa.text(where)
    op.create_index(
        name, table, columns, sqlite_where=condition, postgresql_where=condition
    )
