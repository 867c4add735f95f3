"""One decision on many waiting conversations; conversations that wake again at a time."""

import sqlalchemy as sa
from alembic import op

revision = "0150"
down_revision = "0110"

Number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the tables and the column."""
    op.add_column("conversation", sa.Column("snoozed_until", sa.BigInteger(), nullable=True))
    op.create_index(
        "ix_conversation_snoozed",
        "conversation",
        ["snoozed_until"],
        sqlite_where=sa.text("snoozed_until IS NOT NULL"),
        postgresql_where=sa.text("snoozed_until IS NOT NULL"),
    )
    op.create_table(
        "clearing",
        sa.Column("id", Number, autoincrement=True, nullable=False),
        sa.Column("agent_id", Number, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("intent", sa.Text(), nullable=True),
        sa.Column("keeps", sa.Boolean(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("starts_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name=op.f("fk_clearing_agent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clearing")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_clearing_agent_id_created_at"), "clearing", ["agent_id", "created_at"])
    active = sa.text("state IN ('held', 'going')")
    op.create_index(
        "ix_clearing_active",
        "clearing",
        ["starts_at"],
        sqlite_where=active,
        postgresql_where=active,
    )
    op.create_table(
        "clearing_item",
        sa.Column("id", Number, autoincrement=True, nullable=False),
        sa.Column("clearing_id", Number, nullable=False),
        sa.Column("conversation_id", Number, nullable=False),
        sa.Column("message_id", Number, nullable=False),
        sa.Column("newest_id", Number, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("outbound_id", Number, nullable=True),
        sa.ForeignKeyConstraint(
            ["clearing_id"], ["clearing.id"], name=op.f("fk_clearing_item_clearing_id")
        ),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversation.id"], name=op.f("fk_clearing_item_conversation_id")
        ),
        sa.ForeignKeyConstraint(
            ["message_id"], ["message.id"], name=op.f("fk_clearing_item_message_id")
        ),
        sa.ForeignKeyConstraint(
            ["outbound_id"], ["outbound.id"], name=op.f("fk_clearing_item_outbound_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clearing_item")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        op.f("ix_clearing_item_clearing_id_state_id"),
        "clearing_item",
        ["clearing_id", "state", "id"],
    )
    sent = sa.text("state = 'sent'")
    op.create_index(
        "ix_clearing_item_sent",
        "clearing_item",
        ["outbound_id"],
        sqlite_where=sent,
        postgresql_where=sent,
    )
