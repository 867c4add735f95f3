"""Webhooks, and the queue of what they are still to be told."""

import sqlalchemy as sa
from alembic import op

revision = "0121"
down_revision = "0100"

Number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the tables; webhooks are told what happens from now on."""
    op.create_table(
        "webhook",
        sa.Column("id", Number, autoincrement=True, nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("subscriptions", sa.Text(), nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("failing_since", sa.BigInteger(), nullable=True),
        sa.Column("disabled_at", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "webhook_delivery",
        sa.Column("id", Number, autoincrement=True, nullable=False),
        sa.Column("webhook_id", Number, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("conversation_id", Number, nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("done_at", sa.BigInteger(), nullable=True),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("error", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["webhook_id"], ["webhook.id"], name=op.f("fk_webhook_delivery_webhook_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_delivery")),
        sa.UniqueConstraint(
            "webhook_id", "kind", "subject", name=op.f("uq_webhook_delivery_webhook_id_kind_subject")
        ),
        sqlite_autoincrement=True,
    )
    due = sa.text("state IN ('queued', 'sending')")
    op.create_index(
        "ix_webhook_delivery_due",
        "webhook_delivery",
        ["webhook_id", "due_at", "id"],
        sqlite_where=due,
        postgresql_where=due,
    )
    done = sa.text("done_at IS NOT NULL")
    op.create_index(
        "ix_webhook_delivery_done",
        "webhook_delivery",
        ["done_at"],
        sqlite_where=done,
        postgresql_where=done,
    )
