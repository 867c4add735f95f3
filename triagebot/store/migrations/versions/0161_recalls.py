"""Corrections of wrong answers, and what became of them for each fan."""

import sqlalchemy as sa
from alembic import op

revision = "0161"
down_revision = "0122"

Number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "recall",
        sa.Column("id", Number, autoincrement=True, nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("agent_id", Number, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("told", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("starts_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name=op.f("fk_recall_agent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recall")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "recall_fan",
        sa.Column("id", Number, autoincrement=True, nullable=False),
        sa.Column("recall_id", Number, nullable=False),
        sa.Column("conversation_id", Number, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("outbound_id", Number, nullable=True),
        sa.ForeignKeyConstraint(
            ["recall_id"], ["recall.id"], name=op.f("fk_recall_fan_recall_id")
        ),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversation.id"],
            name=op.f("fk_recall_fan_conversation_id"),
        ),
        sa.ForeignKeyConstraint(
            ["outbound_id"], ["outbound.id"], name=op.f("fk_recall_fan_outbound_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recall_fan")),
        sa.UniqueConstraint(
            "recall_id",
            "conversation_id",
            name=op.f("uq_recall_fan_recall_id_conversation_id"),
        ),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_recall_fan_held",
        "recall_fan",
        ["id"],
        unique=False,
        sqlite_where=sa.text("state = 'held'"),
        postgresql_where=sa.text("state = 'held'"),
    )
