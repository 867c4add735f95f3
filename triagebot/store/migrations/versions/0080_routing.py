"""Who is at the desk, what each agent can do and how much, and to whom fans are offered."""

import sqlalchemy as sa
from alembic import op

revision = "0080"
down_revision = "0162"

Number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "presence",
        sa.Column("agent_id", Number, autoincrement=False, nullable=False),
        sa.Column("node", sa.Text(), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name=op.f("fk_presence_agent_id")),
        sa.PrimaryKeyConstraint("agent_id", "node", name=op.f("pk_presence")),
    )
    op.create_table(
        "skill",
        sa.Column("agent_id", Number, autoincrement=False, nullable=False),
        sa.Column("intents", sa.Text(), nullable=False),
        sa.Column("channels", sa.Text(), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name=op.f("fk_skill_agent_id")),
        sa.PrimaryKeyConstraint("agent_id", name=op.f("pk_skill")),
    )
    op.create_table(
        "offer",
        sa.Column("conversation_id", Number, autoincrement=False, nullable=False),
        sa.Column("agent_id", Number, nullable=True),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.Column("passed", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversation.id"],
            name=op.f("fk_offer_conversation_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name=op.f("fk_offer_agent_id")),
        sa.PrimaryKeyConstraint("conversation_id", name=op.f("pk_offer")),
    )
