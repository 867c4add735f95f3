"""What a candidate would have done with live messages, counted."""

import sqlalchemy as sa
from alembic import op

revision = "0100"
down_revision = "0150"


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "shadow_seen",
        sa.Column("candidate", sa.Text(), nullable=False),
        sa.Column("base", sa.Text(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.Column("seen", sa.Integer(), nullable=False),
        sa.Column("skipped", sa.Integer(), nullable=False),
        sa.Column("changed", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("candidate", "base", name=op.f("pk_shadow_seen")),
    )
    op.create_table(
        "shadow_change",
        sa.Column("candidate", sa.Text(), nullable=False),
        sa.Column("base", sa.Text(), nullable=False),
        sa.Column("before", sa.Text(), nullable=False),
        sa.Column("after", sa.Text(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("at_stake", sa.Float(), nullable=False),
        sa.Column("message_ids", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint(
            "candidate", "base", "before", "after", name=op.f("pk_shadow_change")
        ),
    )
