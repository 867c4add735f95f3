"""Blind checks of automatic answers: which were drawn, and how much there was to draw from."""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"

Number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the tables; what was answered before is not drawn from."""
    op.create_table(
        "audit",
        sa.Column("id", Number, autoincrement=True, nullable=False),
        sa.Column("message_id", Number, nullable=False),
        sa.Column("intent", sa.Text(), nullable=False),
        sa.Column("p_sample", sa.Float(), nullable=False),
        sa.Column("drawn_at", sa.BigInteger(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=True),
        sa.Column("right_intent", sa.Text(), nullable=True),
        sa.Column("right_answer", sa.Text(), nullable=True),
        sa.Column("by", sa.Text(), nullable=True),
        sa.Column("judged_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["message_id"], ["message.id"], name=op.f("fk_audit_message_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
        sa.UniqueConstraint("message_id", name=op.f("uq_audit_message_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_audit_drawn_at"), "audit", ["drawn_at"], unique=False)
    op.create_index(
        "ix_audit_open",
        "audit",
        ["id"],
        unique=False,
        sqlite_where=sa.text("verdict IS NULL"),
        postgresql_where=sa.text("verdict IS NULL"),
    )
    op.create_table(
        "audit_stratum",
        sa.Column("intent", sa.Text(), nullable=False),
        sa.Column("week", sa.Integer(), nullable=False),
        sa.Column("seen", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("intent", "week", name=op.f("pk_audit_stratum")),
    )
    op.execute(
        "INSERT INTO progress (name, value) SELECT 'audit', COALESCE(MAX(id), 0) FROM message"
    )
