"""What is too old loses its words, and nothing else; what was labelled is kept, masked."""

from datetime import timedelta

import pytest

from triagebot.domain.label import Label, Source
from triagebot.fans.retention import Ages, Retention
from triagebot.store import audit_log, conversations, labels, messages, seals, search

PHONE = "13800138000"


@pytest.fixture
async def old(any_database, record, clock):
    """Two old messages, one of them labelled, and a new one of another fan."""

    async def make(inbound):
        both = [inbound(f"我的电话{PHONE}", fan="fan-1"), inbound(f"发票寄{PHONE}", fan="fan-2")]
        first, second = await record(*both)
        number = str(second.message_id)
        label = Label("", "payment_invoice", Source.AGENT, "小林", clock(), number)
        await any_database.write(labels.put, label)
        await any_database.write(audit_log.note, "test", "deed", clock())
        clock.forward(days=200)
        (new,) = await record(inbound("什么时候发货", fan="fan-3"))
        await any_database.write(search.index_new)
        return first, second, new

    return make


async def test_old_words_go_and_labelled_ones_are_masked(any_database, old, inbound, clock):
    first, second, new = await old(inbound)
    await Retention(any_database, Ages(message_days=90), clock).keep()
    rows = [
        await any_database.read(messages.get, outcome.message_id)
        for outcome in (first, second, new)
    ]
    assert rows[0].text == ""
    assert "发票寄" in rows[1].text
    assert PHONE not in rows[1].text
    assert rows[2].text == "什么时候发货"
    assert [row.decision.reason for row in rows] == [
        outcome.decision.reason for outcome in (first, second, new)
    ]
    assert await any_database.read(search.find, PHONE) == []
    assert len(await any_database.read(search.find, "发货")) == 1
    talk = await any_database.read(conversations.find, "wechat:main", "fan-1")
    assert talk.last_text == ""


async def test_nothing_is_forgotten_unless_it_is_set(any_database, old, inbound, clock):
    first, *_ = await old(inbound)
    await Retention(any_database, Ages(), clock).keep()
    assert PHONE in (await any_database.read(messages.get, first.message_id)).text


@pytest.mark.parametrize(("after", "left"), [(100, 1), (300, 0)])
async def test_the_log_is_kept_for_half_a_year_at_least(any_database, clock, after, left):
    await any_database.write(audit_log.note, "test", "deed", clock())
    await any_database.write(seals.add, clock.forward(minutes=2))
    clock.now += timedelta(days=after)
    await Retention(any_database, Ages(log_days=30), clock).keep()
    assert len(await any_database.read(audit_log.newest)) == left
    assert (await any_database.read(seals.check, clock())).problems == ()
