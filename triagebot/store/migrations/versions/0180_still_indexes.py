"""A fan who goes on writing moves no entry of the lists' indexes."""

import sqlalchemy as sa
from alembic import op

revision = "0180"
down_revision = "0171"


def upgrade() -> None:
    """Note the hour, and make both indexes anew; seconds for a million conversations."""
    number = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    op.add_column(
        "conversation", sa.Column("lately", number, nullable=False, server_default="0")
    )
    op.execute("UPDATE conversation SET lately = last_at / 3600000")
    op.drop_index("ix_conversation_status_last_at_id", "conversation")
    op.drop_index("ix_conversation_waiting", "conversation")
    op.create_index("ix_conversation_status_lately", "conversation", ["status", "lately"])
    op.create_index(
        "ix_conversation_waiting",
        "conversation",
        ["status", "waiting_since", "id"],
        sqlite_where=sa.text("status = 'open' AND agent_id IS NULL"),
        postgresql_where=sa.text("status = 'open' AND agent_id IS NULL"),
    )
