"""Which model was promoted, and its files, for the nodes that were not there."""

import sqlalchemy as sa
from alembic import op

revision = "0141"
down_revision = "0123"


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "promotion",
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("bundle", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("at", name=op.f("pk_promotion")),
    )
    op.create_table(
        "bundle_file",
        sa.Column("bundle", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("bundle", "name", name=op.f("pk_bundle_file")),
    )
