"""Conversations change hands in one way only, and everybody learns who has them."""

from __future__ import annotations

import pytest

from tests.desk.conftest import World


async def test_a_complaint_waits_for_a_person(world: World) -> None:
    await world.fan_says("什么时候发货", fan="calm")
    await world.fan_says("我要投诉", fan="angry-5678")
    desk = await world.signed_in("小林")
    page = await desk.get("/api/v1/conversations?view=waiting")
    (row,) = page["items"]
    assert row["fan"] == "5678"
    assert (row["status"], row["agent"], row["reason"]) == ("open", None, "complaint")
    assert row["waiting_since"].endswith("Z")
    assert page["counts"] == {
        "waiting": 1,
        "mine": 0,
        "open": 1,
        "bot": 1,
        "resolved": 0,
        "snoozed": 0,
    }
    assert page["cursor"].isdecimal()


async def test_take_answer_resolve(world: World) -> None:
    outcome = await world.fan_says("我要投诉")
    ident = outcome.conversation_id
    desk = await world.signed_in("小林")
    taken = await desk.change(ident, "take")
    assert taken["agent"] == {"id": str(world.people["小林"].id), "name": "小林"}
    sent = await desk.post(
        f"/api/v1/conversations/{ident}/messages", {"text": "您好", "client_id": "a1"}, 201
    )
    assert (sent["from"], sent["state"], sent["text"]) == ("agent", "queued", "您好")
    resolved = await desk.change(ident, "resolve")
    assert (resolved["status"], resolved["agent"]) == ("resolved", None)
    mine = await desk.get("/api/v1/conversations?view=mine")
    assert mine["items"] == []


async def test_take_refuses_a_conversation_someone_else_has(world: World) -> None:
    ident = (await world.fan_says("我要投诉")).conversation_id
    await (await world.signed_in("小林")).change(ident, "take")
    other = await world.signed_in("小周")
    for what in ("take", "release", "resolve", "hand_back"):
        error = (await other.change(ident, what, status=409))["error"]
        assert error["code"] == "conflict"
        assert error["fields"]["holder"] == "小林"
    body = {"text": "我来", "client_id": "b1"}
    refused = await other.post(f"/api/v1/conversations/{ident}/messages", body, 409)
    assert refused["error"]["fields"]["holder"] == "小林"


async def test_a_stale_fence_is_refused(world: World) -> None:
    ident = (await world.fan_says("我要投诉")).conversation_id
    desk = await world.signed_in("小林")
    seen = (await desk.get(f"/api/v1/conversations/{ident}"))["conversation"]["fence"]
    await desk.change(ident, "take", fence=seen)
    await desk.change(ident, "release")
    assert (await desk.change(ident, "take", seen, 409))["error"]["fields"] == {"fence": "stale"}


@pytest.mark.parametrize(
    ("what", "status", "held"),
    [("release", "open", False), ("hand_back", "pending", False), ("resolve", "resolved", False)],
)
async def test_a_holder_can_let_go(world: World, what: str, status: str, held: bool) -> None:
    ident = (await world.fan_says("我要投诉")).conversation_id
    desk = await world.signed_in("小林")
    await desk.change(ident, "take")
    row = await desk.change(ident, what)
    assert (row["status"], row["agent"] is not None) == (status, held)


async def test_a_resolved_conversation_can_be_opened_again(world: World) -> None:
    ident = (await world.fan_says("我要投诉")).conversation_id
    desk = await world.signed_in("小林")
    await desk.change(ident, "resolve")
    row = await desk.change(ident, "reopen")
    assert (row["status"], row["agent"]["name"]) == ("open", "小林")


async def test_to_write_is_to_take_what_nobody_has(world: World) -> None:
    ident = (await world.fan_says("我要投诉")).conversation_id
    desk = await world.signed_in("小林")
    body = {"text": "您好", "client_id": "a1"}
    first = await desk.post(f"/api/v1/conversations/{ident}/messages", body, 201)
    again = await desk.post(f"/api/v1/conversations/{ident}/messages", body, 201)
    assert first == again
    detail = await desk.get(f"/api/v1/conversations/{ident}")
    assert detail["conversation"]["agent"]["name"] == "小林"
    assert [item["from"] for item in detail["thread"]] == ["fan", "bot", "agent"]


async def test_a_conversation_in_full_has_thread_decision_and_guess(world: World) -> None:
    ident = (await world.fan_says("我要投诉")).conversation_id
    await world.fan_says("到底什么时候发货")
    desk = await world.signed_in("小林")
    detail = await desk.get(f"/api/v1/conversations/{ident}")
    complaint, holding, question = detail["thread"]
    assert complaint["decision"]["action"] == "human"
    assert complaint["decision"]["reason"] == "complaint"
    assert (holding["from"], holding["id"]) == ("bot", f"r{complaint['id']}")
    assert question["decision"]["action"] == "silent"
    guess = detail["guess"]
    assert guess["message_id"] == question["id"]
    assert guess["intents"][0] == {"intent": "delivery", "confidence": 0.95}
    assert guess["draft"] == guess["answers"][0]["text"] == "小样三天内发货"
    assert guess["words"] == [{"token": "到底什么时候发货", "weight": 1.0}]


async def test_pages_follow_each_other_without_gap_or_repeat(world: World) -> None:
    for number in range(7):
        await world.fan_says("我要投诉", fan=f"fan-{number}")
    desk = await world.signed_in("小林")
    seen, after = [], ""
    while True:
        page = await desk.get(f"/api/v1/conversations?limit=3&after={after}")
        seen += [row["id"] for row in page["items"]]
        if not (after := page["next"]):
            break
    assert len(seen) == len(set(seen)) == 7


@pytest.mark.parametrize("query", ["view=all", "limit=0", "limit=1000", "after=x", "sort=name"])
async def test_a_wrong_query_is_refused(world: World, query: str) -> None:
    desk = await world.signed_in("小林")
    response = await desk.client.get(f"/api/v1/conversations?{query}")
    assert response.status == 400
    assert (await response.json())["error"]["fields"]


@pytest.mark.parametrize("what", ["", "/take", "/messages"])
async def test_what_does_not_exist_is_not_found(world: World, what: str) -> None:
    desk = await world.signed_in("小林")
    method = "POST" if what else "GET"
    body = {"text": "x", "client_id": "1"} if what == "/messages" else {}
    response = await desk.request(method, f"/api/v1/conversations/999{what}", json=body)
    assert response.status == 404


@pytest.mark.parametrize(
    "payload",
    [
        "'; DROP TABLE message; --",
        '" OR 1=1 --',
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "{{ 7*7 }} {% raw %}",
        "%s %d {0}",
        "\u202e反\u200b转",
        "🙂" * 50,
    ],
)
async def test_what_a_fan_writes_comes_back_as_text(world: World, payload: str) -> None:
    ident = (await world.fan_says(f"投诉 {payload}")).conversation_id
    desk = await world.signed_in("小林")
    body = {"text": payload, "client_id": payload[:50]}
    await desk.post(f"/api/v1/conversations/{ident}/messages", body, 201)
    response = await desk.client.get(f"/api/v1/conversations/{ident}")
    assert response.content_type == "application/json"
    thread = (await response.json())["thread"]
    assert thread[0]["text"] == f"投诉 {payload}"
    assert thread[-1]["text"] == payload


async def test_a_blank_text_is_not_sent(world: World) -> None:
    ident = (await world.fan_says("我要投诉")).conversation_id
    desk = await world.signed_in("小林")
    for text in ("", "  \n"):
        body = {"text": text, "client_id": "1"}
        error = await desk.post(f"/api/v1/conversations/{ident}/messages", body, 400)
        assert list(error["error"]["fields"]) == ["text"]
