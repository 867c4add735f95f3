"""The tables can be distributed by fan: on a message's way every statement names the fan."""

import re
from pathlib import Path

import pytest
from sqlalchemy import event

from triagebot.faults.mind import CountingMind
from triagebot.intake.accept import Intake
from triagebot.store import conversations
from triagebot.store.database import Database

DISTRIBUTED = ("message", "conversation")
SQL = Path(__file__).parents[2] / "deploy" / "citus.sql"

# What a server with the extension offers, as far as the script asks for it.
EXTENSION = """
CREATE TABLE distributed (name text, by text);
CREATE FUNCTION create_distributed_table(name text, by text, colocate_with text DEFAULT '')
RETURNS void LANGUAGE sql AS 'INSERT INTO distributed VALUES (name, by)';
"""


@pytest.fixture
async def distributed(new_postgres_url, clock):
    """A store after the script; only the spreading itself is left out."""
    import psycopg

    database = Database(new_postgres_url, clock=clock)
    await database.start()
    plain = new_postgres_url.replace("postgresql+psycopg", "postgresql")
    with psycopg.connect(plain, autocommit=True) as connection:
        connection.execute(EXTENSION)
        connection.execute(SQL.read_text(encoding="utf-8"))
    yield database
    await database.close()


def names_the_fan(statement):
    """Whether each distributed table in a statement is met by its fan."""
    words = re.sub(r"\s+", " ", statement.replace('"', ""))
    if not any(re.search(rf"\b{table}\b", words) for table in DISTRIBUTED):
        return True
    if words.startswith("INSERT INTO"):
        return bool(re.match(r"INSERT INTO \w+ \([^)]*\bfan\b", words))
    return bool(re.search(r"(ON|WHERE|AND) \w+\.fan = ", words))


async def test_every_key_of_a_distributed_table_has_the_fan(distributed):
    def keys(connection):
        query = """
            SELECT i.indrelid::regclass::text, pg_get_indexdef(i.indexrelid) FROM pg_index AS i
            WHERE i.indisunique AND i.indrelid IN ('message'::regclass, 'conversation'::regclass)
        """
        return connection.exec_driver_sql(query).all()

    found = await distributed.read(keys)
    assert len(found) == 4
    assert all("fan" in definition for _, definition in found)

    def spread(connection):
        query = "SELECT name, by FROM distributed ORDER BY name"
        return [tuple(row) for row in connection.exec_driver_sql(query)]

    assert await distributed.read(spread) == [("conversation", "fan"), ("message", "fan")]


async def test_every_statement_on_a_messages_way_names_the_fan(distributed, clock, inbound):
    seen = []
    listen = event.listens_for(distributed._open.engine, "before_cursor_execute")
    listen(lambda _c, _cursor, statement, *_rest: seen.append(statement))
    intake = Intake(distributed, CountingMind(), clock)
    first = await intake.accept(inbound(key="1"))
    again = await intake.accept(inbound(key="1"))
    other = await intake.accept(inbound(key="2"))
    await intake.close()
    assert (first.duplicate, again.duplicate, other.duplicate) == (False, True, False)
    assert again.reply == first.reply
    ours = [statement for statement in seen if "message" in statement or "conv" in statement]
    assert len(ours) > 5
    assert [statement for statement in ours if not names_the_fan(statement)] == []
    found = await distributed.read(conversations.find, "wechat:main", "fan-1")
    assert found.id == first.conversation_id


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        ('UPDATE "conversation" SET status = 1 WHERE t.id = n.id', False),
        ("SELECT id FROM message AS t WHERE t.id = 7", False),
        ("INSERT INTO message (id, text) VALUES (1, 2)", False),
        ('SELECT 1 FROM k JOIN "message" AS t ON t."fan" = k."fan"', True),
        ('INSERT INTO "message" ("id", "fan") SELECT 1, 2', True),
    ],
)
def test_a_statement_without_the_fan_would_be_noticed(statement, named):
    assert names_the_fan(statement) is named
