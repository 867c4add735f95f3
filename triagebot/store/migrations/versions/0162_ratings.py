"""What fans say of talks with people, by a tap."""

import sqlalchemy as sa
from alembic import op

revision = "0162"
down_revision = "0141"

Number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "rating",
        sa.Column("id", Number, autoincrement=True, nullable=False),
        sa.Column("conversation_id", Number, nullable=False),
        sa.Column("agent_id", Number, nullable=False),
        sa.Column("score", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversation.id"], name=op.f("fk_rating_conversation_id")
        ),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name=op.f("fk_rating_agent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rating")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_rating_conversation_id"), "rating", ["conversation_id"], unique=False)
    op.create_index(op.f("ix_rating_at"), "rating", ["at"], unique=False)
