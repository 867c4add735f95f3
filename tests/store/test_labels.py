from datetime import timedelta

import pytest

from triagebot.domain.label import Label, Source
from triagebot.errors import BadInput, NotFound
from triagebot.store import events, labels


@pytest.fixture
async def message_ids(record, inbound):
    return [outcome.message_id for outcome in await record(inbound("一"), inbound("二"))]


@pytest.fixture
def put(any_database, clock):
    async def run(message_id, intent="delivery", by="小林", **parts):
        new = Label("", intent, Source.AGENT, by, clock(), str(message_id), **parts)
        return await any_database.write(labels.put, new)

    return run


async def test_a_label_keeps_all_its_parts(put, message_ids, any_database, clock):
    row = await put(
        message_ids[0], answer="delivery/when", p_sample=0.02, model="m1", shown="delivery"
    )
    assert row.label == Label(
        "一",
        "delivery",
        Source.AGENT,
        "小林",
        clock(),
        str(message_ids[0]),
        answer="delivery/when",
        p_sample=0.02,
        model="m1",
        shown="delivery",
        fan=str(row.conversation_id),
    )
    assert await any_database.read(labels.of_messages, message_ids) == {message_ids[0]: row.label}


async def test_a_second_thought_replaces_the_first(put, message_ids, any_database):
    for intent in ("delivery", "activity", "delivery", "purchase"):
        await put(message_ids[0], intent)
    rows = await any_database.read(labels.export)
    assert [row.label.intent for row in rows] == ["purchase"]


async def test_two_people_may_differ_and_the_newest_is_shown(put, message_ids, any_database):
    await put(message_ids[0], "delivery", by="小林")
    await put(message_ids[0], "activity", by="小周")
    shown = await any_database.read(labels.of_messages, message_ids)
    assert shown[message_ids[0]].intent == "activity"
    assert len(await any_database.read(labels.export)) == 2


async def test_undo_takes_back_ones_own_label_only(put, message_ids, any_database, clock):
    await put(message_ids[0], by="小林")
    with pytest.raises(NotFound):
        await any_database.write(labels.withdraw, message_ids[0], "小周", clock())
    await any_database.write(labels.withdraw, message_ids[0], "小林", clock())
    assert await any_database.read(labels.export) == []
    with pytest.raises(NotFound):
        await any_database.write(labels.withdraw, message_ids[0], "小林", clock())
    await put(message_ids[0], "activity", by="小林")
    assert len(await any_database.read(labels.export)) == 1


async def test_export_goes_on_where_it_stopped(put, message_ids, any_database, clock):
    for by in "abcde":
        await put(message_ids[0], by=by)
        clock.now += timedelta(seconds=1)
    first = await any_database.read(labels.export, 0, 3)
    rest = await any_database.read(labels.export, first[-1].id, 3)
    assert [row.label.by for row in first + rest] == list("abcde")


@pytest.mark.parametrize(("message_id", "error"), [("x", BadInput), ("", BadInput), (9, NotFound)])
async def test_a_label_needs_its_message(put, any_database, message_id, error):
    with pytest.raises(error):
        await put(message_id)
    assert await any_database.read(events.newest) == 0
