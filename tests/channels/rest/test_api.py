"""Programs made for Rasa's REST channel and parser can talk to us as they are."""

from __future__ import annotations

import pytest

from tests.desk.conftest import World

TALK, PARSE = "/webhooks/rest/webhook", "/model/parse"


async def test_an_answer_is_a_list_of_lines(world: World) -> None:
    client = await world.client()
    response = await client.post(TALK, json={"sender": "mia", "message": "什么时候发货"})
    (line,) = await response.json()
    assert set(line) == {"recipient_id", "text"}
    assert line["recipient_id"] == "mia"
    assert line["text"].startswith("小样三天内发货")


async def test_a_menu_has_buttons_whose_payload_chooses(world: World) -> None:
    client = await world.client()
    response = await client.post(TALK, json={"sender": "mia", "message": "物流"})
    (line,) = await response.json()
    assert set(line["buttons"][0]) == {"title", "payload"}
    payload = next(each["payload"] for each in line["buttons"] if "track" in each["payload"])
    response = await client.post(TALK, json={"sender": "mia", "message": payload})
    assert (await response.json())[0]["text"].startswith("在订单里查")


async def test_none_of_these_goes_to_a_person(world: World) -> None:
    client = await world.client()
    (menu,) = await (await client.post(TALK, json={"sender": "mia", "message": "物流"})).json()
    last = menu["buttons"][-1]["payload"]
    await client.post(TALK, json={"sender": "mia", "message": last})
    desk = await world.signed_in("小林")
    (row,) = (await desk.get("/api/v1/conversations?view=waiting"))["items"]
    assert row["reason"] == "none_of_these"


@pytest.mark.parametrize("message", ["/restart", "/", "/ 发货"])
async def test_a_slash_that_is_no_payload_is_just_words(world: World, message: str) -> None:
    client = await world.client()
    response = await client.post(TALK, json={"sender": "mia", "message": message})
    assert response.status == 200


async def test_silence_is_an_empty_list(world: World) -> None:
    client = await world.client()
    await client.post(TALK, json={"sender": "mia", "message": "我要投诉"})
    response = await client.post(TALK, json={"sender": "mia", "message": "快点"})
    assert await response.json() == []


async def test_a_body_without_a_content_type_is_read_as_rasa_does(world: World) -> None:
    client = await world.client()
    response = await client.post(TALK, data='{"sender": "a", "message": "你好", "metadata": {}}')
    assert response.status == 200


async def test_the_same_message_id_is_answered_the_same_and_stored_once(world: World) -> None:
    client = await world.client()
    body = {"sender": "mia", "message": "什么时候发货", "message_id": "1"}
    first = await (await client.post(TALK, json=body)).read()
    assert await (await client.post(TALK, json=body)).read() == first


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"sender": "mia"}, "message"),
        ({"sender": 1, "message": "x"}, "sender"),
        ({"sender": "", "message": "x"}, "sender"),
        ({"sender": "mia", "message": "x" * 2001}, "message"),
        ({"sender": "mia", "message": None}, "message"),
    ],
)
async def test_a_wrong_body_is_refused_with_the_field(world: World, body, field: str) -> None:
    response = await (await world.client()).post(TALK, json=body)
    assert response.status == 400
    assert list((await response.json())["error"]["fields"]) == [field]


async def test_parsing_has_rasas_shape_and_ours(world: World) -> None:
    client = await world.client()
    parsed = await (await client.post(PARSE, json={"text": "什么时候发货"})).json()
    assert parsed["text"] == "什么时候发货"
    assert parsed["intent"] == {"name": "delivery", "confidence": 0.95}
    assert parsed["entities"] == []
    assert parsed["intent_ranking"][0] == parsed["intent"]
    assert (parsed["decision"], parsed["answer"]) == ("answer", "delivery/when")
    assert parsed["model_id"]
    assert parsed["reason"] == "certified"
    assert parsed["explanation"] == [{"token": "什么时候发货", "weight": 1.0}]


@pytest.mark.parametrize("text", ["", "  "])
async def test_no_words_parse_to_no_intent(world: World, text: str) -> None:
    parsed = await (await (await world.client()).post(PARSE, json={"text": text})).json()
    assert parsed["intent"] == {"name": None, "confidence": 0.0}
    assert parsed["reason"] == "no_words"


async def test_parsing_stores_nothing(world: World) -> None:
    client = await world.client()
    await client.post(PARSE, json={"text": "我要投诉"})
    desk = await world.signed_in("小林")
    counts = (await desk.get("/api/v1/conversations"))["counts"]
    assert set(counts.values()) == {0}


async def test_a_rasa_client_learns_what_serves(world: World) -> None:
    client = await world.client()
    version = await (await client.get("/version")).json()
    assert set(version) == {"version", "minimum_compatible_version"}
    assert version["version"].split(".")[0].isdecimal()
    parsed = await (await client.post(PARSE, json={"text": "什么时候发货"})).json()
    status = await (await client.get("/status")).json()
    assert status == {
        "model_file": parsed["model_id"],
        "model_id": parsed["model_id"],
        "num_active_training_jobs": 0,
    }
