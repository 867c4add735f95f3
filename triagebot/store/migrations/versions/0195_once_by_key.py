"""On SQLite the index that keeps messages apart goes on with their keys, not with their fans."""

from alembic import op

revision = "0195"
down_revision = "0190"

SENT = "CASE WHEN substr(channel, 1, 7) = 'wechat:' THEN sent_at ELSE 0 END"


def upgrade() -> None:
    """Make the index anew; some seconds for a million messages."""
    if op.get_bind().dialect.name != "sqlite":
        return
    op.drop_index("uq_message_once", "message")
    op.execute(
        f'CREATE UNIQUE INDEX uq_message_once ON message ({SENT}, "key", channel, fan)'  # noqa: S608
    )
