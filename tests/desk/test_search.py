"""Search finds what fans wrote, in Chinese and otherwise, and shows where."""

from __future__ import annotations

import pytest

from tests.desk.conftest import World


@pytest.mark.parametrize(
    ("query", "marks"),
    [("门票", [[2, 4]]), ("F码", [[5, 7]]), ("f码", [[5, 7]]), ("门票 F码", [[2, 4], [5, 7]])],
)
async def test_words_are_found_and_marked(world: World, query: str, marks) -> None:
    outcome = await world.fan_says("我的门票和F码呢")
    await world.fan_says("什么时候发货", fan="other")
    await world.upkeep.index()
    desk = await world.signed_in("小林")
    result = await desk.get(f"/api/v1/search?q={query}")
    (hit,) = result["items"]
    assert hit["message_id"] == str(outcome.message_id)
    assert hit["conversation_id"] == str(outcome.conversation_id)
    assert (hit["text"], hit["from"], hit["marks"]) == ("我的门票和F码呢", "fan", marks)
    assert result["took_ms"] >= 0


@pytest.mark.parametrize(
    "query", ["'", '"', '" OR 1=1 --', "*", "NEAR(", "a AND", "%", "门票'; DROP TABLE message"]
)
async def test_a_query_is_words_and_never_an_order_to_the_store(world: World, query: str) -> None:
    await world.fan_says("我的门票呢")
    await world.upkeep.index()
    desk = await world.signed_in("小林")
    response = await desk.client.get("/api/v1/search", params={"q": query})
    assert response.status == 200
    assert (await response.json())["items"] == []


@pytest.mark.parametrize("query", ["", "q=", "q=x&limit=0", f"q={'x' * 201}"])
async def test_a_query_must_be_fair(world: World, query: str) -> None:
    desk = await world.signed_in("小林")
    assert (await desk.client.get(f"/api/v1/search?{query}")).status == 400


async def test_answers_that_say_it_are_found_those_that_ask_for_it_first(world: World) -> None:
    desk = await world.signed_in("小林")
    found = (await desk.get("/api/v1/search?q=发货"))["answers"]
    assert [(hit["id"], hit["marks"]) for hit in found] == [("delivery/when", [[4, 6]])]
    assert (await desk.get("/api/v1/search?q=订单"))["answers"][0]["id"] == "delivery/track"
    assert (await desk.get("/api/v1/search?q=发货 国外"))["answers"] == []
