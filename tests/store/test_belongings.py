"""What is held of a fan is given whole, and forgotten whole: no table keeps a trace."""

import json
from dataclasses import replace

import pytest
from sqlalchemy import delete, select

from triagebot.domain.label import Label, Source
from triagebot.domain.message import Event, Kind
from triagebot.store import (
    audit_log,
    belongings,
    conversations,
    events,
    fans,
    labels,
    outbound,
    search,
)
from triagebot.store.tables import fan, label, message, metadata

FAN = "oGxZ-fan-to-be-forgotten"
WORDS = "我叫王小明，电话13912345678，投诉"
OTHER = "oOther-fan"


@pytest.fixture
async def lived(any_database, record, inbound, people, clock):
    """A fan who did all that one can do, beside another one."""
    follow = inbound("", fan=FAN, kind=Kind.EVENT, event=Event.FOLLOW, detail={"scene": "launch"})
    outcomes = await record(follow, inbound(WORDS, fan=FAN), inbound("投诉", fan=OTHER))
    clock.forward(minutes=2)
    write = any_database.write
    await write(fans.note_new, clock())
    await write(search.index_new)
    number = outcomes[1].conversation_id
    await write(outbound.add, number, people[0].id, f"您好，{FAN}", "c-1", clock())
    await write(conversations.resolve, number, people[0].id, clock())
    given = Label("", "complaint", Source.AGENT, "小林", clock(), str(outcomes[1].message_id))
    await write(labels.put, given)
    await write(labels.put, replace(given, message_id=str(outcomes[2].message_id)))
    await write(_plant, clock())
    return outcomes


def _plant(connection, now):
    """Give the fan a tag, as no function here does it yet."""
    from triagebot.store.tables import fan_tag, tag

    tag_id = connection.execute(
        tag.insert().values(channel="wechat:main", name="内测").returning(tag.c.id)
    ).scalar_one()
    fan_id = connection.execute(select(fan.c.id).where(fan.c.fan == FAN)).scalar_one()
    connection.execute(fan_tag.insert().values(fan_id=fan_id, tag_id=tag_id, pending=""))


def _everything(connection):
    """All that any table holds, but for the log of deeds, as one text."""
    rows = [
        str(tuple(row))
        for table in metadata.sorted_tables
        if table.name != "audit_log"
        for row in connection.execute(select(table))
    ]
    return "\n".join(rows)


def _counts(connection):
    return {
        table.name: len(connection.execute(select(table)).all()) for table in metadata.sorted_tables
    }


def _erase(connection, now, **more):
    return belongings.erase(connection, "wechat:main", FAN, by="agent:1", now=now, **more)


async def test_a_fan_is_given_all_that_is_held_and_nothing_of_others(any_database, lived):
    given = await any_database.read(belongings.export, "wechat:main", FAN)
    said = [row["text"] for row in given["message"]]
    assert said == ["", WORDS]
    assert given["message"][0]["detail"] == {"scene": "launch"}
    assert given["message"][0]["sent_at"].endswith("Z")
    assert [row["text"] for row in given["outbound"]] == [f"您好，{FAN}"]
    assert [row["intent"] for row in given["label"]] == ["complaint"]
    assert set(given) >= {"fan", "conversation", "message", "outbound", "label", "fan_tag", "event"}
    assert OTHER not in json.dumps(given, ensure_ascii=False)


async def test_a_stranger_is_given_nothing(any_database, lived):
    assert await any_database.read(belongings.export, "webchat", FAN) == {}


async def test_nothing_of_an_erased_fan_is_left(any_database, lived, clock):
    before = await any_database.read(_counts)
    erased = await any_database.write(_erase, clock())
    left = await any_database.read(_everything)
    assert FAN not in left
    assert "王小明" not in left
    after = await any_database.read(_counts)
    gone = {name: before[name] - after[name] for name in before if name != "audit_log"}
    assert {name: n for name, n in gone.items() if n} == erased.rows
    assert (await any_database.read(search.find, "王小明")) == []


async def test_others_keep_what_is_theirs(any_database, lived, clock):
    before = await any_database.read(belongings.export, "wechat:main", OTHER)
    await any_database.write(_erase, clock())
    assert await any_database.read(belongings.export, "wechat:main", OTHER) == before


async def test_the_check_for_traces_notices_a_table_that_was_forgotten(
    any_database, lived, clock, monkeypatch
):
    def forgetful(channel, who):
        return [pair for pair in owned(channel, who) if pair[0] is not fan]

    owned = belongings._owned
    await any_database.write(lambda connection: connection.execute(delete(_table("fan_tag"))))
    monkeypatch.setattr(belongings, "_owned", forgetful)
    await any_database.write(_erase, clock())
    assert FAN in await any_database.read(_everything)


def _table(name):
    return metadata.tables[name]


async def test_erasing_is_noted_once_without_the_whole_id(any_database, lived, clock):
    erased = await any_database.write(_erase, clock())
    again = await any_database.write(_erase, clock())
    assert (again.total, again.kept) == (0, 0)
    deeds = await any_database.read(audit_log.newest, 10, None, "erase_fan")
    assert [deed.detail["rows"] for deed in deeds] == [str(erased.total)]
    assert FAN not in str(deeds)


async def test_labelled_words_may_stay_masked_under_nobodys_name(any_database, lived, clock):
    def mask(text):
        return text.replace("13912345678", "☎")

    erased = await any_database.write(_erase, clock(), keep_labelled=mask)
    assert erased.kept == 1
    left = await any_database.read(_everything)
    assert FAN not in left
    assert "13912345678" not in left
    kept = await any_database.read(labels.export)
    assert sorted(row.label.text for row in kept) == ["我叫王小明，电话☎，投诉", "投诉"]
    assert (await any_database.write(_erase, clock(), keep_labelled=mask)).total == 0


async def test_the_checksum_of_what_stays_is_right(any_database, lived, clock, caplog):
    await any_database.write(_erase, clock(), keep_labelled=str)
    rows = await any_database.read(lambda connection: connection.execute(select(message)).all())
    from triagebot.store import checksums

    assert all(checksums.is_sound(row) for row in rows)
    assert len(rows) == 2
    assert await any_database.read(_labels) == 2


def _labels(connection):
    return len(connection.execute(select(label)).all())


async def test_screens_are_told_nothing_that_no_longer_exists(any_database, lived, clock):
    await any_database.write(_erase, clock())
    told = await any_database.read(events.read_after, 0)
    assert {event.conversation_id for event in told} == {lived[2].conversation_id}
