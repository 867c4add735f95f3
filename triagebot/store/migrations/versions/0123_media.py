"""Pictures and voices that are kept; notices that an agent has answered."""

import sqlalchemy as sa
from alembic import op

revision = "0123"
down_revision = "0101"

Number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the tables; what fans sent before is not fetched any more."""
    op.create_table(
        "media",
        sa.Column("id", Number, autoincrement=True, nullable=False),
        sa.Column("message_id", Number, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("file", sa.Text(), nullable=False),
        sa.Column("bytes", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["message_id"], ["message.id"], name=op.f("fk_media_message_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_media")),
        sa.UniqueConstraint("message_id", name=op.f("uq_media_message_id")),
        sqlite_autoincrement=True,
    )
    for name, column, state in (
        ("ix_media_wanted", "due_at", "wanted"),
        ("ix_media_kept", "id", "kept"),
    ):
        where = sa.text(f"state = '{state}'")
        op.create_index(name, "media", [column], sqlite_where=where, postgresql_where=where)
    op.create_table(
        "answered_notice",
        sa.Column("conversation_id", Number, autoincrement=False, nullable=False),
        sa.Column("outbound_id", Number, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversation.id"],
            name=op.f("fk_answered_notice_conversation_id"),
        ),
        sa.PrimaryKeyConstraint("conversation_id", name=op.f("pk_answered_notice")),
    )
    for name, table in (("media", "message"), ("notices", "event")):
        op.execute(
            f"INSERT INTO progress (name, value) SELECT '{name}', COALESCE(MAX(id), 0) FROM {table}"
        )
