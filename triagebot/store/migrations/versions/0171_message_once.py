"""On SQLite the index that keeps messages apart begins with when they were sent."""

from alembic import op

revision = "0171"
down_revision = "0170"

SENT = "CASE WHEN substr(channel, 1, 7) = 'wechat:' THEN sent_at ELSE 0 END"


def upgrade() -> None:
    """Rebuild the table without its old index; a minute or less for a million messages.

    PostgreSQL keeps its own: nodes of an older version look messages up by it while they go.
    """
    connection = op.get_bind()
    if connection.dialect.name != "sqlite":
        return
    last = "SELECT seq FROM sqlite_sequence WHERE name = 'message'"
    given = connection.exec_driver_sql(last).scalar() or 0
    with op.batch_alter_table("message", table_kwargs={"sqlite_autoincrement": True}) as batch:
        batch.drop_constraint("uq_message_channel_fan_key", type_="unique")
    op.execute(
        f'CREATE UNIQUE INDEX uq_message_once ON message ({SENT}, channel, fan, "key")'  # noqa: S608
    )
    # The number of a message that was deleted is never given again.
    op.execute(f"UPDATE sqlite_sequence SET seq = {int(given)} WHERE name = 'message'")  # noqa: S608
