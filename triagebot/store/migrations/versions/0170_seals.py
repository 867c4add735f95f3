"""Seals over the log of deeds: what is changed in it afterwards is noticed."""

import sqlalchemy as sa
from alembic import op

revision = "0170"
down_revision = "0090"

Number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "seal",
        sa.Column("id", Number, autoincrement=True, nullable=False),
        sa.Column("last_id", Number, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("deeds", sa.Text(), nullable=False),
        sa.Column("whole", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seal")),
        sqlite_autoincrement=True,
    )
