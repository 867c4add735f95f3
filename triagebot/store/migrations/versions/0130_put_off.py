"""Messages of a surge that are thought about later."""

import sqlalchemy as sa
from alembic import op

revision = "0130"
down_revision = "0161"

Number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "put_off",
        sa.Column("message_id", Number, autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(
            ["message_id"],
            ["message.id"],
            name=op.f("fk_put_off_message_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("message_id", name=op.f("pk_put_off")),
    )
