"""Each message's row gets a checksum."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add the column; rows from before have none and are taken as they are."""
    op.add_column("message", sa.Column("crc", sa.BigInteger(), nullable=True))
