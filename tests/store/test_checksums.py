"""What the disk changed in a message is not shown, and never said to a fan again."""

import sqlite3
from contextlib import closing

import pytest

from triagebot.domain.decision import Action
from triagebot.domain.message import Kind, Reply
from triagebot.errors import BadInput
from triagebot.store import backup, checksums, conversations, messages


def change(column, value):
    def run(connection):
        mark = "?" if connection.dialect.name == "sqlite" else "%s"
        connection.exec_driver_sql(f'UPDATE message SET "{column}" = {mark} WHERE id = 1', (value,))

    return run


async def test_a_sound_message_reads_as_it_was_recorded(any_database, record, inbound):
    sent = inbound("什么时候发货", detail={"MsgId": "1"})
    (outcome,) = await record(sent)
    row = await any_database.read(messages.get, outcome.message_id)
    assert (row.text, row.detail, row.reply) == (sent.text, sent.detail, outcome.reply)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("text", "什么时候退货"),
        ("reply", '{"text":"明天"}'),
        ("action", "human"),
        ("confidence", 0.9099999),
        ("sent_at", 1),
        ("kind", "nonsense"),
        ("detail", "{no JSON"),
        ("fan", "fan-2"),
    ],
)
async def test_a_changed_message_shows_as_unreadable(any_database, record, inbound, column, value):
    await record(inbound(), inbound("好的"))
    await any_database.write(change(column, value))
    damaged, other = await any_database.read(messages.thread, 1)
    assert (damaged.kind, damaged.text, damaged.reply) == (Kind.UNKNOWN, "", Reply())
    assert damaged.detail == {"damaged": "1"}
    assert other.text == "好的"


async def test_a_changed_reply_is_not_repeated_to_the_fan(any_database, record, inbound):
    sent = inbound()
    await record(sent)
    await any_database.write(change("reply", '{"text":"明天"}'))
    (outcome,) = await record(sent)
    assert outcome.duplicate
    assert not outcome.reply
    assert outcome.decision.action is Action.SILENT


async def test_messages_from_before_checksums_are_taken_as_they_are(any_database, record, inbound):
    await record(inbound())
    await any_database.write(change("crc", None))
    await any_database.write(change("text", "旧消息"))
    assert (await any_database.read(messages.get, 1)).text == "旧消息"


async def test_letters_that_are_none_do_not_hide_the_thread(database, record, sqlite_url, inbound):
    await database.close()
    await database.start()
    from tests.store.conftest import conclude

    batch = [(inbound("一"), None), (inbound("二"), None)]
    await database.write(messages.record, batch, conclude, database.clock())
    await database.write(
        lambda connection: connection.exec_driver_sql(
            "UPDATE message SET text = CAST(x'e4b8' AS TEXT) WHERE id = 1"
        ).close()
    )
    damaged, other = await database.read(messages.thread, 1)
    assert (damaged.text, other.text) == ("", "二")


async def test_the_check_of_a_file_names_altered_messages(database, sqlite_url, inbound, clock):
    from tests.store.conftest import conclude

    await database.write(messages.record, [(inbound(), None)], conclude, clock())
    path = backup.sqlite_file(sqlite_url)
    assert backup.check_file(path) == []
    await database.write(change("text", "别的"))
    assert backup.check_file(path) == ["message 1 was altered"]


def test_the_checksum_covers_every_column_of_a_message():
    from triagebot.store.tables import message

    assert {*checksums.COVERED, "crc"} == set(message.c.keys())


@pytest.mark.parametrize("damage", ["no database", "cut", "page"])
async def test_a_damaged_file_is_refused_at_the_start_with_a_clear_text(
    database, sqlite_url, damage
):
    await database.close()
    path = backup.sqlite_file(sqlite_url)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    whole = path.read_bytes()
    path.write_bytes(
        {
            "no database": b"not a database at all" * 1000,
            "cut": whole[: len(whole) // 2],
            "page": whole[:8192] + bytes([255] * 4096) + whole[12288:],
        }[damage]
    )
    with pytest.raises(BadInput, match="damaged"):
        await database.start()


async def test_the_conversation_stays_readable_beside_a_damaged_message(
    any_database, record, inbound
):
    await record(inbound())
    await any_database.write(change("text", "x"))
    assert (await any_database.read(conversations.get, 1)).last_text == "什么时候发货"
