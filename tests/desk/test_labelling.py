"""People say what a message was; each has one label for it and can take it back."""

from __future__ import annotations

import pytest

from tests.desk.conftest import World
from triagebot.store import labels


async def test_label_and_undo(world: World) -> None:
    outcome = await world.fan_says("我要投诉")
    path = f"/api/v1/messages/{outcome.message_id}/label"
    desk = await world.signed_in("小林")
    response = await desk.request("PUT", path, json={"intent": "delivery"})
    assert await response.json() == {"intent": "delivery", "by": "小林", "answer": None}
    detail = await desk.get(f"/api/v1/conversations/{outcome.conversation_id}")
    assert detail["thread"][0]["label"]["intent"] == "delivery"
    assert (await desk.request("DELETE", path)).status == 204
    detail = await desk.get(f"/api/v1/conversations/{outcome.conversation_id}")
    assert detail["thread"][0]["label"] is None
    assert (await desk.request("DELETE", path)).status == 404


async def test_a_label_keeps_who_said_it_and_what_they_had_been_shown(world: World) -> None:
    outcome = await world.fan_says("我要投诉")
    desk = await world.signed_in("小林")
    body = {"intent": "delivery", "answer": "delivery/when"}
    await desk.request("PUT", f"/api/v1/messages/{outcome.message_id}/label", json=body)
    (row,) = await world.db.read(labels.export)
    label = row.label
    assert (label.by, label.source, label.shown) == ("小林", "agent", "complaint")
    assert (label.intent, label.answer, label.model) == ("delivery", "delivery/when", "stand-in")
    assert label.at == world.clock()


async def test_a_second_opinion_replaces_ones_own_only(world: World) -> None:
    outcome = await world.fan_says("我要投诉")
    path = f"/api/v1/messages/{outcome.message_id}/label"
    first, second = await world.signed_in("小林"), await world.signed_in("小周")
    await first.request("PUT", path, json={"intent": "delivery"})
    await second.request("PUT", path, json={"intent": "complaint"})
    await second.request("PUT", path, json={"intent": "out_of_scope"})
    await second.request("DELETE", path)
    rows = await world.db.read(labels.export)
    assert [(row.label.by, row.label.intent) for row in rows] == [("小林", "delivery")]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"intent": "nonsense"}, "intent"),
        ({"intent": ""}, "intent"),
        ({"intent": "delivery", "answer": "delivery/nonsense"}, "answer"),
        ({"intent": 3}, "intent"),
        ({"answer": "delivery/when"}, "intent"),
    ],
)
async def test_a_label_must_be_of_the_catalogue(world: World, body, field: str) -> None:
    outcome = await world.fan_says("我要投诉")
    desk = await world.signed_in("小林")
    path = f"/api/v1/messages/{outcome.message_id}/label"
    response = await desk.request("PUT", path, json=body)
    assert response.status == 400
    assert list((await response.json())["error"]["fields"]) == [field]
    missing = await desk.request("PUT", "/api/v1/messages/999/label", json={"intent": "delivery"})
    assert missing.status == 404


async def test_the_catalogue_has_titles_and_texts_as_fans_read_them(world: World) -> None:
    desk = await world.signed_in("小林")
    catalogue = await desk.get("/api/v1/catalogue")
    assert catalogue["model"] == "stand-in"
    assert {intent["name"] for intent in catalogue["intents"]} == {
        "delivery",
        "complaint",
        "out_of_scope",
    }
    assert set(catalogue["intents"][0]["title"]) == {"zh", "en"}
    texts = {answer["id"]: answer["text"] for answer in catalogue["answers"]}
    assert texts["delivery/when"] == "小样三天内发货"
