"""Which answer a decision on many gave, so that it can be recalled."""

import sqlalchemy as sa
from alembic import op

revision = "0090"
down_revision = "0080"


def upgrade() -> None:
    """Add the column; decisions of before have named none."""
    op.add_column("clearing", sa.Column("answer", sa.Text(), nullable=True))
