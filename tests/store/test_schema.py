import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect

from triagebot.errors import BadInput
from triagebot.store import agents, schema
from triagebot.store.database import Database
from triagebot.store.tables import metadata
from triagebot.store.tables.conversations import SENT

# Indexes of expressions are not read; there is a test of the only one.
pytestmark = [
    pytest.mark.filterwarnings("ignore:Skipped unsupported reflection of expression"),
    pytest.mark.filterwarnings("ignore:autogenerate skipping metadata-specified expression"),
]


def differences(connection):
    def is_ours(thing, name, kind, reflected, compared):
        only = getattr(thing, "_ddl_if", None)
        if only and only.dialect != connection.dialect.name:
            return False
        return not (kind == "table" and name.startswith(("message_search", "sqlite_")))

    options = {"include_object": is_ours, "compare_type": True}
    return compare_metadata(MigrationContext.configure(connection, opts=options), metadata)


def partial(connection):
    """The names of the indexes that leave rows out."""
    found = inspect(connection).get_multi_indexes().values()
    parts = [(each["name"], each.get("dialect_options", {})) for table in found for each in table]
    return {name for name, options in parts if any(part.endswith("_where") for part in options)}


async def test_the_migrations_make_the_tables(any_database):
    assert await any_database.read(differences) == []
    indexes = [index for table in metadata.sorted_tables for index in table.indexes]
    wanted = {each.name for each in indexes if each.dialect_options["sqlite"]["where"] is not None}
    assert len(wanted) > 10
    assert await any_database.read(partial) == wanted


def test_the_newest_revision_is_where_migrations_lead():
    assert schema.newest() == ScriptDirectory(str(schema.MIGRATIONS)).get_current_head()


async def test_a_change_of_the_tables_without_a_migration_is_noticed(database):
    def drop(connection):
        connection.exec_driver_sql("DROP INDEX ix_conversation_waiting")
        return differences(connection)

    assert await database.write(drop) != []


async def test_on_sqlite_messages_are_kept_apart_by_when_they_were_sent_first(database):
    def indexes(connection):
        rows = connection.exec_driver_sql(
            "SELECT sql FROM sqlite_schema WHERE tbl_name = 'message'"
        )
        return [row.sql for row in rows]

    table, *others = await database.read(indexes)
    assert "UNIQUE" not in table
    assert any(f'({SENT}, channel, fan, "key")' in sql for sql in others if "UNIQUE" in sql)


async def test_an_old_empty_file_is_brought_up(tmp_path, clock):
    path = tmp_path / "new folder 100%" / "triagebot.db"
    path.parent.mkdir()
    path.touch()
    database = Database(f"sqlite:///{path}", clock=clock)
    await database.start()
    assert await database.read(agents.everybody) == []
    await database.close()


@pytest.mark.parametrize("empty", ["sqlite_url", "new_postgres_url"])
async def test_many_processes_may_start_at_once(request, empty, clock):
    nodes = [Database(request.getfixturevalue(empty), clock=clock) for _ in range(4)]
    await asyncio.gather(*(node.start() for node in nodes))
    assert await nodes[0].read(differences) == []
    for node in nodes:
        await node.close()


async def test_a_database_of_a_later_version_is_refused(database, sqlite_url, clock):
    await database.close()
    with closing(sqlite3.connect(sqlite_url.removeprefix("sqlite:///"))) as other, other:
        other.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(BadInput, match="later version"):
        await database.start()


def test_migrations_lie_inside_the_package():
    folder = Path(schema.__file__).parent / "migrations"
    assert (folder / "env.py").is_file()
    assert list((folder / "versions").glob("0001_*.py"))
