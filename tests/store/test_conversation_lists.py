import random
from datetime import timedelta

import pytest

from triagebot.domain.conversation import Status
from triagebot.errors import BadInput
from triagebot.store import conversation_lists, conversations
from triagebot.store.conversation_lists import Counts, View
from triagebot.store.urgency import Patience


@pytest.fixture
async def hall(record, inbound, people, any_database, clock):
    """60 conversations: 30 waiting, 10 of 小林, 5 of 小周, 10 with the bot, 5 resolved."""
    ids = []
    for number in range(60):
        words = "你好" if 45 <= number < 55 else "投诉"
        age = timedelta(hours=random.Random(number).randrange(20))
        (outcome,) = await record(inbound(words, fan=f"fan-{number}", sent_at=clock() - age))
        ids.append(outcome.conversation_id)
        clock.forward(seconds=number % 3)
    for number, conversation_id in enumerate(ids):
        if 30 <= number < 45:
            agent = people[0] if number < 40 else people[1]
            await any_database.write(conversations.take, conversation_id, agent.id, clock())
        if number >= 55:
            await any_database.write(conversations.resolve, conversation_id, people[0].id, clock())
    return ids


async def walk(database, view, agent, limit):
    found, cursor = [], None
    while True:
        page = await database.read(conversation_lists.page, view, agent.id, cursor, limit)
        assert len(page.items) <= limit
        found += page.items
        cursor = page.next
        if cursor is None:
            return found


@pytest.mark.parametrize(
    ("view", "size"),
    [(View.WAITING, 30), (View.MINE, 10), (View.OPEN, 45), (View.BOT, 10), (View.RESOLVED, 5)],
)
async def test_pages_have_no_gaps_and_no_repeats(any_database, hall, people, view, size):
    whole = await walk(any_database, view, people[0], 200)
    assert len(whole) == size
    for limit in (1, 7, size):
        assert await walk(any_database, view, people[0], limit) == whole


async def test_waiting_begins_with_who_must_soonest_be_answered(any_database, hall, people):
    rows = await walk(any_database, View.WAITING, people[0], 8)
    patient = timedelta(hours=12)
    keys = [(min(row.window_until, row.waiting_since + patient), row.id) for row in rows]
    assert keys == sorted(keys)
    assert all(row.status is Status.OPEN and row.agent_id is None for row in rows)


async def test_closing_windows_dear_matters_and_long_waits_come_first(
    any_database, record, inbound, people, clock
):
    async def waits(name, sent_hours_ago):
        sent = clock() - timedelta(hours=sent_hours_ago)
        await record(inbound("投诉", fan=name, sent_at=sent))

    await waits("window over", 49)
    await waits("long", 0)
    clock.forward(hours=3)
    await waits("window closes", 46)
    await waits("fresh", 0)

    async def order(hours):
        patience = Patience(clock(), {"complaint": hours})
        page = await any_database.read(
            conversation_lists.page, View.WAITING, people[0].id, None, 10, patience
        )
        return [row.fan for row in page.items]

    assert await order(12.0) == ["window closes", "long", "fresh", "window over"]
    assert await order(2.0) == ["long", "window closes", "fresh", "window over"]


async def test_other_views_begin_with_what_changed_last(any_database, hall, people):
    rows = await walk(any_database, View.OPEN, people[0], 8)
    keys = [(row.last_at, row.id) for row in rows]
    assert keys == sorted(keys, reverse=True)


async def test_what_leaves_the_list_while_it_is_read_makes_no_gap(
    any_database, hall, people, clock
):
    whole = await walk(any_database, View.WAITING, people[0], 200)
    first = await any_database.read(conversation_lists.page, View.WAITING, people[0].id, None, 10)
    for row in first.items[5:]:
        await any_database.write(conversations.take, row.id, people[0].id, clock())
    second = await any_database.read(
        conversation_lists.page, View.WAITING, people[0].id, first.next, 20
    )
    assert first.items + second.items == whole


async def test_counts_are_those_of_the_views(any_database, hall, people, monkeypatch):
    counts = await any_database.read(conversation_lists.counts, people[0].id)
    assert counts == Counts(waiting=30, mine=10, open=45, bot=10, resolved=5, snoozed=0)
    assert (await any_database.read(conversation_lists.counts, people[2].id)).mine == 0
    together = await any_database.read(conversation_lists.counts_of, [each.id for each in people])
    assert together == {
        each.id: await any_database.read(conversation_lists.counts, each.id) for each in people
    }
    monkeypatch.setattr(conversation_lists, "COUNTED", 4)
    bounded = await any_database.read(conversation_lists.counts, people[0].id)
    assert bounded == Counts(waiting=30, mine=10, open=45, bot=4, resolved=4, snoozed=0)


@pytest.mark.parametrize("cursor", ["x", "!!!!", "W10", "WyJvcGVuIiwxLDJd", "\ud800", "eyJhIjoxfQ"])
async def test_a_strange_cursor_is_bad_input(database, cursor):
    with pytest.raises(BadInput):
        await database.read(conversation_lists.page, View.WAITING, 1, cursor)


@pytest.mark.parametrize(
    ("view", "index"),
    [
        (View.WAITING, "ix_conversation_waiting"),
        (View.MINE, "ix_conversation_held"),
        (View.BOT, "ix_conversation_status_lately"),
    ],
)
async def test_each_view_is_read_through_its_index(database, view, index):
    def plan(connection):
        statements = []
        connection.connection.dbapi_connection.set_trace_callback(statements.append)
        conversation_lists.page(connection, view, 7)
        connection.connection.dbapi_connection.set_trace_callback(None)
        rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statements[0]}")
        return " ".join(row[3] for row in rows)

    text = await database.read(plan)
    assert f"INDEX {index}" in text
    # Of a list without end no more than an hour is put in order.
    assert "TEMP B-TREE FOR ORDER BY" not in text or view in (View.MINE, View.WAITING)
