"""The label queue: unsure first, some by chance, nothing twice; and what people differ on."""

from __future__ import annotations

import pytest

from tests.desk.conftest import Desk, World

NEXT = "/api/v1/label-queue/next"


@pytest.fixture
async def desk(world: World) -> Desk:
    return await world.signed_in("小林")


async def put(desk: Desk, message: str, intent: str) -> None:
    path = f"/api/v1/messages/{message}/label"
    response = await desk.request("PUT", path, json={"intent": intent})
    assert response.status == 200, await response.text()


async def test_each_message_is_asked_once_until_none_is_left(world: World, desk: Desk) -> None:
    said = {str((await world.fan_says(f"物流{i}", f"fan-{i}")).message_id) for i in range(5)}
    seen = set()
    while True:
        found = await desk.get(NEXT)
        if found["item"] is None:
            break
        assert found["item"]["guess"]["intents"][0]["intent"] == "delivery"
        await put(desk, found["item"]["message_id"], "delivery")
        seen.add(found["item"]["message_id"])
    assert seen == said
    assert (found["waiting"], found["today"]) == (0, 5)
    assert found["needs"] == [{"intent": "complaint", "needs": 41}]


async def test_what_is_unsure_comes_first_and_says_why(world: World, desk: Desk) -> None:
    for i in range(60):
        await world.fan_says(f"什么时候发货{i}", f"sure-{i}")
    unsure = str((await world.fan_says("物流呢", "unsure")).message_id)
    asked = []
    for _ in range(8):
        item = (await desk.get(f"{NEXT}?skip={','.join(asked)}"))["item"]
        assert item["why"] == ("unsure" if item["message_id"] == unsure else "random")
        asked.append(item["message_id"])
    assert unsure in asked
    assert len(set(asked)) == len(asked)


async def test_people_who_differ_are_shown_until_they_agree(world: World, desk: Desk) -> None:
    message = str((await world.fan_says("物流呢")).message_id)
    other = await world.signed_in("小周")
    await put(desk, message, "delivery")
    await put(other, message, "complaint")
    (dispute,) = await desk.get("/api/v1/label-queue/disputes")
    assert dispute["opinions"] == [
        {"by": "小林", "intent": "delivery"},
        {"by": "小周", "intent": "complaint"},
    ]
    await put(other, message, "delivery")
    assert await desk.get("/api/v1/label-queue/disputes") == []


async def test_a_label_that_the_model_has_learnt_is_judged_by_models_that_had_not(
    world: World, desk: Desk
) -> None:
    for text in ("物流呢", "什么时候发货"):
        await put(desk, str((await world.fan_says(text, text)).message_id), "delivery")
    (found,) = await desk.get("/api/v1/label-queue/suspects")
    assert (found["text"], found["better"], found["chance"]) == ("物流呢", "complaint", 0.93)


async def test_labels_that_the_model_contradicts_are_worth_a_second_look(
    world: World, desk: Desk
) -> None:
    for text in ("什么时候发货", "发货了吗", "投诉"):
        number = (await world.fan_says(text, text)).message_id
        await put(desk, str(number), "complaint")
    found = await desk.get("/api/v1/label-queue/suspects")
    assert {(each["given"], each["better"]) for each in found} == {("complaint", "delivery")}
    assert [each["gain"] for each in found] == sorted(
        (each["gain"] for each in found), reverse=True
    )
    item = await desk.get(f"/api/v1/label-queue/messages/{found[0]['message_id']}")
    assert (item["text"], item["why"]) == (found[0]["text"], "again")
    await put(desk, found[0]["message_id"], "delivery")
    left = await desk.get("/api/v1/label-queue/suspects")
    assert found[0]["message_id"] not in {each["message_id"] for each in left}
