"""Messages counted by hour, for reports; what is stored already is counted after the start."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0002"


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "hour_count",
        sa.Column("hour", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("intent", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint(
            "hour", "channel", "intent", "action", "reason", name=op.f("pk_hour_count")
        ),
    )
