"""How fans write, hour by hour, and whether it is strange now."""

import sqlalchemy as sa
from alembic import op

revision = "0101"
down_revision = "0151"


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "drift_hour",
        sa.Column("features", sa.Text(), nullable=False),
        sa.Column("hour", sa.BigInteger(), nullable=False),
        sa.Column("counts", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("features", "hour", name=op.f("pk_drift_hour")),
    )
    op.create_table(
        "drift_guard",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_drift_guard")),
    )
