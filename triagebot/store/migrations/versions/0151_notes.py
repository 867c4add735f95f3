"""Notes of colleagues on conversations; since when an agent has one."""

import sqlalchemy as sa
from alembic import op

revision = "0151"
down_revision = "0130"

Number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the table and the column."""
    op.add_column("conversation", sa.Column("taken_at", sa.BigInteger(), nullable=True))
    op.create_table(
        "note",
        sa.Column("id", Number, autoincrement=True, nullable=False),
        sa.Column("conversation_id", Number, nullable=False),
        sa.Column("agent_id", Number, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversation.id"], name=op.f("fk_note_conversation_id")
        ),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name=op.f("fk_note_agent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_note")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        op.f("ix_note_conversation_id_id"), "note", ["conversation_id", "id"], unique=False
    )
