"""The draw: at random, deterministic, each message once, rare intents more often."""

from __future__ import annotations

import math
from datetime import timedelta

import pytest
from msgspec.structs import replace

from tests.store.conftest import ANSWERED
from triagebot.domain.conversation import Memory
from triagebot.domain.decision import Action, Decision, Reason
from triagebot.domain.message import Reply
from triagebot.store import audit_draw, audits
from triagebot.store.messages import Conclusion

PICKED = replace(ANSWERED, reason=Reason.CHOSEN_FROM_MENU)
WELCOMED = Decision(Action.ANSWER, Reason.WELCOME)
RARE = replace(ANSWERED, intent="invoice")
BY_WORD = {"菜单": PICKED, "关注": WELCOMED, "发票": RARE}


def answer(inbound, memory, thought, place):
    decision = BY_WORD.get(inbound.text[:2], ANSWERED)
    return Conclusion(decision, Reply("好的"), Memory())


@pytest.fixture
def draw(any_database, clock):
    async def run(rate=0.02, limit=500):
        clock.forward(minutes=1)
        total = 0
        while stretch := await any_database.read(audit_draw.unseen, limit, clock()):
            total += await any_database.write(audit_draw.draw, stretch, rate, clock())
        return total

    return run


async def test_each_intent_gets_some_and_a_common_one_its_share(
    record, inbound, draw, any_database
):
    await record(*(inbound(f"发货 {n}") for n in range(3000)), concluding=answer)
    await record(*(inbound(f"发票 {n}") for n in range(10)), concluding=answer)
    await draw()
    rows = await any_database.read(audits.waiting, 10_000)
    rare = [row for row in rows if row.intent == "invoice"]
    assert len(rare) == 10
    common = [row for row in rows if row.intent == "delivery"]
    weighed = sum(1 / row.p_sample for row in common)
    assert weighed == pytest.approx(3000, rel=0.25)
    assert min(row.p_sample for row in common) == pytest.approx(0.02)


async def test_what_a_fan_chose_or_was_welcomed_with_is_not_drawn(record, inbound, draw):
    await record(inbound("菜单 1"), inbound("关注"), concluding=answer)
    assert await draw() == 0


async def test_no_message_is_drawn_twice_and_none_by_two_nodes(
    record, inbound, any_database, clock, draw
):
    await record(inbound("发货"), concluding=answer)
    clock.forward(minutes=1)
    stretch = await any_database.read(audit_draw.unseen, 10, clock())
    assert await any_database.write(audit_draw.draw, stretch, 0.02, clock()) == 1
    assert await any_database.write(audit_draw.draw, stretch, 0.02, clock()) == 0
    assert await draw() == 0


async def test_a_stretch_in_parts_draws_what_it_would_in_one(record, inbound, draw, any_database):
    await record(*(inbound(f"发货 {n}") for n in range(200)), concluding=answer)
    await draw(limit=7)
    numbers = {row.message_id for row in await any_database.read(audits.waiting, 999)}
    wanted = {n for n in range(1, 201) if audit_draw.lot(n) < audit_draw.chance(0.02, n)}
    assert numbers == wanted


async def test_last_weeks_volume_keeps_the_share_steady(record, inbound, draw, any_database, clock):
    await record(*(inbound(f"发货 {n}") for n in range(500)), concluding=answer)
    await draw()
    before = {row.id for row in await any_database.read(audits.waiting, 9999)}
    clock.forward(days=7)
    await record(*(inbound(f"发货 {n}") for n in range(400)), concluding=answer)
    await draw()
    rows = await any_database.read(audits.waiting, 9999)
    later = {row.p_sample for row in rows if row.id not in before}
    assert later == {20 / 500}


async def test_a_rate_of_nothing_draws_nothing(record, inbound, draw):
    await record(*(inbound(f"发货 {n}") for n in range(50)), concluding=answer)
    assert await draw(rate=0.0) == 0


async def test_on_many_nodes_what_is_too_new_waits(record, inbound, any_database, clock):
    await record(inbound("发货"), concluding=answer)
    on_sqlite = any_database._url.get_backend_name() == "sqlite"
    now = await any_database.read(audit_draw.unseen, 10, clock())
    assert (now is not None) == on_sqlite
    later = await any_database.read(audit_draw.unseen, 10, clock() + timedelta(minutes=1))
    assert later is not None


def test_lots_are_spread_evenly_and_never_change():
    lots = [audit_draw.lot(n) for n in range(20_000)]
    share = sum(lot < 0.02 for lot in lots) / len(lots)
    assert math.isclose(share, 0.02, abs_tol=0.004)
    assert audit_draw.lot(1) == audit_draw.lot(1) != audit_draw.lot(2)
