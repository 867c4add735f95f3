"""Automatic answers are drawn at random and judged blind; verdicts become labels."""

from __future__ import annotations

import pytest

from tests.desk.conftest import Desk, World
from triagebot.desk.audit_draw import AuditDraw
from triagebot.domain.agent import Role
from triagebot.store import audits, labels

NEXT = "/api/v1/audits/next"


async def drawn(world: World, *texts: str) -> int:
    for number, text in enumerate(texts):
        await world.fan_says(text, fan=f"fan-{number}")
    return await AuditDraw(world.db, world.holder, world.clock).draw()


async def judge(desk: Desk, number: str, status: int = 200, **body):
    response = await desk.request("PUT", f"/api/v1/audits/{number}", json=body)
    assert response.status == status, await response.text()
    return await response.json()


async def test_only_what_the_bot_answered_by_itself_is_drawn(world: World) -> None:
    assert await drawn(world, "什么时候发货", "我要投诉", "今天天气", "物流") == 1
    assert await AuditDraw(world.db, world.holder, world.clock).draw() == 0


async def test_who_checks_sees_message_and_answer_and_no_guess(world: World) -> None:
    await world.fan_says("你好")
    outcome = await world.fan_says("什么时候发货")
    await AuditDraw(world.db, world.holder, world.clock).draw()
    desk = await world.signed_in("小林")
    shown = await desk.get(NEXT)
    assert shown["item"]["text"] == "什么时候发货"
    assert shown["item"]["reply"].startswith("小样三天内发货")
    assert shown["item"]["message_id"] == str(outcome.message_id)
    assert shown["item"]["before"][0] == {"from": "fan", "text": "你好"}
    assert set(shown["item"]) == {"id", "message_id", "text", "reply", "at", "before"}
    assert (shown["waiting"], shown["today"]) == (1, 0)


async def test_a_right_answer_becomes_a_label_with_its_probability(world: World) -> None:
    await drawn(world, "什么时候发货")
    desk = await world.signed_in("小林")
    number = (await desk.get(NEXT))["item"]["id"]
    await judge(desk, number, verdict="right")
    (row,) = await world.db.read(labels.export)
    assert (row.label.source, row.label.intent, row.label.answer) == (
        "audit",
        "delivery",
        "delivery/when",
    )
    assert row.label.p_sample == 1.0, "the first answers of a week are all drawn"
    after = await desk.get(NEXT)
    assert (after["item"], after["waiting"], after["today"]) == (None, 0, 1)


@pytest.mark.parametrize(
    ("right", "labelled"),
    [
        ({}, []),
        ({"intent": "complaint"}, ["complaint"]),
        ({"intent": "delivery", "answer": "delivery/track"}, ["delivery"]),
    ],
)
async def test_a_wrong_answer_may_come_with_the_right_one(world: World, right, labelled) -> None:
    await drawn(world, "什么时候发货")
    desk = await world.signed_in("小林")
    number = (await desk.get(NEXT))["item"]["id"]
    await judge(desk, number, verdict="right")
    await judge(desk, number, verdict="wrong", **right)
    rows = await world.db.read(labels.export)
    assert [row.label.intent for row in rows] == labelled
    (kept,) = await world.db.read(audits.judged)
    assert (kept.verdict, kept.by) == ("wrong", "小林")


async def test_a_verdict_can_be_taken_back(world: World) -> None:
    await drawn(world, "什么时候发货")
    desk = await world.signed_in("小林")
    number = (await desk.get(NEXT))["item"]["id"]
    await judge(desk, number, verdict="right")
    assert (await desk.request("DELETE", f"/api/v1/audits/{number}")).status == 204
    assert await world.db.read(labels.export) == []
    assert (await desk.get(NEXT))["item"]["id"] == number
    assert (await desk.request("DELETE", f"/api/v1/audits/{number}")).status == 404


async def test_two_people_do_not_judge_the_same_answer(world: World) -> None:
    await drawn(world, "什么时候发货")
    first, second = await world.signed_in("小林"), await world.signed_in("小周")
    number = (await first.get(NEXT))["item"]["id"]
    await judge(first, number, verdict="right")
    refused = await judge(second, number, 409, verdict="wrong")
    assert refused["error"]["fields"] == {"holder": "小林"}
    assert (await second.request("DELETE", f"/api/v1/audits/{number}")).status == 409


async def test_what_is_skipped_is_not_shown_again(world: World) -> None:
    await drawn(world, "什么时候发货", "发货了吗")
    desk = await world.signed_in("小林")
    first = (await desk.get(NEXT))["item"]["id"]
    second = (await desk.get(f"{NEXT}?skip={first}"))["item"]["id"]
    assert first != second
    assert (await desk.get(f"{NEXT}?skip={first},{second}"))["item"] is None


@pytest.mark.parametrize(
    "body",
    [
        {"verdict": "maybe"},
        {"verdict": "right", "intent": "delivery"},
        {"verdict": "wrong", "intent": "nonsense"},
        {"verdict": "wrong", "answer": "delivery/when"},
        {"verdict": "wrong", "intent": "complaint", "answer": "delivery/when"},
    ],
)
async def test_a_verdict_must_make_sense(world: World, body) -> None:
    await drawn(world, "什么时候发货")
    desk = await world.signed_in("小林")
    await judge(desk, "1", 400, **body)
    await judge(desk, "999", 404, verdict="right")


@pytest.mark.parametrize("query", ["skip=x", "since=2024-01-01T00:00:00", "days=0"])
async def test_a_query_that_is_none_is_refused(world: World, query: str) -> None:
    desk = await world.signed_in("小林")
    path = "/api/v1/audits" if query.startswith("days") else NEXT
    assert (await desk.request("GET", f"{path}?{query}")).status == 400


async def test_the_report_bounds_the_error(world: World) -> None:
    await drawn(world, "什么时候发货", "发货了吗", "几时发货")
    desk = await world.signed_in("小林", Role.LEAD)
    for verdict in ("right", "right", "wrong"):
        await judge(desk, (await desk.get(NEXT))["item"]["id"], verdict=verdict)
    report = await desk.get("/api/v1/audits")
    (delivery,) = report["intents"]
    assert (delivery["judged"], delivery["wrong"]) == (3, 1)
    assert delivery["rate"] == pytest.approx(1 / 3)
    assert 0 < delivery["low"] < 1 / 3 < delivery["high"] < 1
    assert delivery["needs"] > report["together"]["needs"] > 200
    assert (report["max_error"], report["confidence"]) == (0.02, 0.95)
