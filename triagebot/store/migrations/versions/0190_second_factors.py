"""A second factor beside the password, and recovery codes for when it is lost."""

import sqlalchemy as sa
from alembic import op

revision = "0190"
down_revision = "0180"

Number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create both tables."""
    op.create_table(
        "second_factor",
        sa.Column("agent_id", Number, autoincrement=False, nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("begun_at", sa.BigInteger(), nullable=False),
        sa.Column("confirmed_at", sa.BigInteger(), nullable=True),
        sa.Column("last_step", Number, nullable=False),
        sa.ForeignKeyConstraint(
            ["agent_id"], ["agent.id"], name=op.f("fk_second_factor_agent_id")
        ),
        sa.PrimaryKeyConstraint("agent_id", name=op.f("pk_second_factor")),
    )
    op.create_table(
        "recovery_code",
        sa.Column("agent_id", Number, autoincrement=False, nullable=False),
        sa.Column("code_hash", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["agent_id"], ["agent.id"], name=op.f("fk_recovery_code_agent_id")
        ),
        sa.PrimaryKeyConstraint("agent_id", "code_hash", name=op.f("pk_recovery_code")),
    )
