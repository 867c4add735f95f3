"""Late replies of the bot in the outbox, what may still be sent, and tokens all nodes share."""

import sqlalchemy as sa
from alembic import op

revision = "0110"
down_revision = "0120"

Number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the tables, and let texts be nobody's but the bot's."""
    op.drop_index("ix_outbound_unsent", "outbound")
    with op.batch_alter_table("outbound", table_kwargs={"sqlite_autoincrement": True}) as batch:
        batch.alter_column("agent_id", existing_type=Number, nullable=True)
        batch.add_column(sa.Column("message_id", Number, nullable=True))
        batch.create_foreign_key(op.f("fk_outbound_message_id"), "message", ["message_id"], ["id"])
        batch.create_unique_constraint(op.f("uq_outbound_message_id"), ["message_id"])
    unsent = sa.text("state IN ('queued', 'sending', 'held')")
    op.create_index(
        "ix_outbound_unsent",
        "outbound",
        ["conversation_id", "id"],
        sqlite_where=unsent,
        postgresql_where=unsent,
    )
    _create_ways()
    _create_windows()
    _create_tokens()


def _create_ways() -> None:
    op.create_table(
        "reply_way",
        sa.Column("message_id", Number, autoincrement=False, nullable=False),
        sa.Column("way", sa.Text(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["message_id"], ["message.id"], name=op.f("fk_reply_way_message_id")
        ),
        sa.PrimaryKeyConstraint("message_id", name=op.f("pk_reply_way")),
    )
    held = sa.text("way = 'held'")
    op.create_index(
        "ix_reply_way_held", "reply_way", ["due_at"], sqlite_where=held, postgresql_where=held
    )


def _create_windows() -> None:
    op.create_table(
        "send_window",
        sa.Column("conversation_id", Number, autoincrement=False, nullable=False),
        sa.Column("window_until", sa.BigInteger(), nullable=False),
        sa.Column("sent", sa.Integer(), nullable=False),
        sa.Column("act_until", sa.BigInteger(), nullable=False),
        sa.Column("act_sent", sa.Integer(), nullable=False),
        sa.Column("closed", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversation.id"], name=op.f("fk_send_window_conversation_id")
        ),
        sa.PrimaryKeyConstraint("conversation_id", name=op.f("pk_send_window")),
    )


def _create_tokens() -> None:
    op.create_table(
        "platform_token",
        sa.Column("appid", sa.Text(), nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("renew_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("fetcher", sa.Text(), nullable=False),
        sa.Column("fetching_until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("appid", name=op.f("pk_platform_token")),
    )
