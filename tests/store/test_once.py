from datetime import timedelta

import pytest
from alembic import command

from triagebot.domain.conversation import Memory
from triagebot.domain.decision import Action, Decision, Reason
from triagebot.domain.message import Reply
from triagebot.store import messages
from triagebot.store.database import Database

SAID = Decision(Action.ANSWER, Reason.CERTIFIED, "delivery")


def conclude(*_):
    return messages.Conclusion(SAID, Reply("三天内发货"), Memory())


@pytest.fixture
def deliver(clock):
    async def run(database, *inbounds):
        batch = [(inbound, None) for inbound in inbounds]
        return await database.write(messages.record, batch, conclude, clock())

    return run


async def execute(database, sql):
    await database.write(lambda connection: connection.exec_driver_sql(sql).close())


async def test_where_deliveries_do_not_say_when_it_was_sent_the_key_alone_tells(
    any_database, inbound, clock, deliver
):
    await deliver(any_database, inbound(channel="webchat", key="1"))
    again = inbound(channel="webchat", key="1", sent_at=clock() + timedelta(seconds=5))
    assert [end.duplicate for end in await deliver(any_database, again)] == [True]
    assert await any_database.read(messages.known, [again, inbound(channel="webchat")]) == [
        True,
        False,
    ]


async def test_an_older_store_is_rebuilt_with_all_it_has(
    sqlite_url, clock, inbound, deliver, monkeypatch
):
    upgrade = command.upgrade
    monkeypatch.setattr(command, "upgrade", lambda config, _head: upgrade(config, "0170"))
    database = Database(sqlite_url, clock=clock)
    await database.start()
    # Today's code writes a column that came later; the older store is given it for as long.
    await execute(database, "ALTER TABLE conversation ADD COLUMN lately INTEGER DEFAULT 0")
    items = [inbound(), inbound(channel="webchat"), inbound(fan="fan-2")]
    old = await deliver(database, *items)
    last = old.pop().message_id
    await execute(database, f"DELETE FROM message WHERE id = {last}")
    await execute(database, "ALTER TABLE conversation DROP COLUMN lately")
    await database.close()

    monkeypatch.undo()
    await database.start()
    *again, new = await deliver(database, *items)
    await database.close()
    assert [end.duplicate for end in again] == [True, True]
    assert [(end.message_id, end.reply) for end in again] == [
        (end.message_id, end.reply) for end in old
    ]
    assert new.message_id > last
