"""Fans talk in a browser: the bot answers at once, people answer while the page waits."""

from __future__ import annotations

import asyncio
import re

import pytest

from tests.channels.webchat.conftest import API, Fan, a_fan
from tests.desk.conftest import World
from triagebot.store import outbound


async def test_the_bot_answers_at_once(world: World) -> None:
    fan = await a_fan(world)
    heard = await fan.says("什么时候发货")
    assert heard["action"] == "answer"
    assert heard["reply"]["text"].startswith("小样三天内发货")
    assert heard["message_id"].isdecimal()
    news = await fan.reads()
    assert [(item["from"], item["id"]) for item in news["items"]] == [
        ("fan", heard["message_id"]),
        ("bot", f"r{heard['message_id']}"),
    ]
    assert (await fan.reads())["items"] == []


async def test_a_menu_can_be_answered_by_tapping(world: World) -> None:
    fan = await a_fan(world)
    menu = (await fan.says("物流"))["reply"]
    assert [option["id"] for option in menu["options"]] == [
        "delivery/when",
        "delivery/track",
        "none",
    ]
    chosen = await fan.says("怎么查物流", option="delivery/track")
    assert chosen["reply"]["text"].startswith("在订单里查")


async def test_the_same_id_again_is_the_same_message(world: World) -> None:
    fan = await a_fan(world)
    first = await fan.says("什么时候发货", id="m1")
    assert await fan.says("什么时候发货", id="m1") == first
    assert len((await fan.reads())["items"]) == 2


async def test_a_waiting_page_gets_the_agents_reply(world: World) -> None:
    fan = await a_fan(world)
    assert (await fan.says("我要投诉"))["action"] == "human"
    first = await fan.reads()
    assert first["waiting"] == {"place": 1}
    poll = asyncio.create_task(fan.reads(wait=30))
    desk = await world.signed_in("小林")
    (row,) = (await desk.get("/api/v1/conversations?view=waiting"))["items"]
    body = {"text": "您好，我来处理", "client_id": "a1"}
    world.clock.forward(seconds=1)
    await desk.post(f"/api/v1/conversations/{row['id']}/messages", body, 201)
    news = await poll
    assert [(item["from"], item["text"]) for item in news["items"]] == [("agent", "您好，我来处理")]
    assert news["waiting"] is None
    assert (await world.db.read(outbound.get, 1)).state == "queued"
    await fan.reads()
    assert (await world.db.read(outbound.get, 1)).state == "delivered"
    thread = (await desk.get(f"/api/v1/conversations/{row['id']}"))["thread"]
    assert thread[-1]["state"] == "delivered"


async def test_a_page_that_waits_before_the_first_word_hears_of_it(world: World) -> None:
    fan = await a_fan(world)
    await fan.reads()
    other_window = Fan(fan.client)
    poll = asyncio.create_task(other_window.reads(wait=30))
    async with asyncio.timeout(20):
        while not world.news.waiting:  # noqa: ASYNC110 the poll has to be under way
            await asyncio.sleep(0)
        await fan.says("什么时候发货")
        assert [item["from"] for item in (await poll)["items"]] == ["fan", "bot"]


async def test_shutdown_sends_waiting_pages_home(world: World) -> None:
    fan = await a_fan(world)
    await fan.says("我要投诉")
    await fan.reads()
    poll = asyncio.create_task(fan.reads(wait=30))
    async with asyncio.timeout(20):
        while not world.news.waiting:  # noqa: ASYNC110 the poll has to be under way
            await asyncio.sleep(0)
        await world.news.close()
        assert (await poll)["items"] == []


async def test_a_fan_sees_no_other_fans_talk(world: World) -> None:
    one, two = await a_fan(world), await a_fan(world)
    await one.says("什么时候发货")
    assert (await two.reads())["items"] == []


async def test_the_cookie_is_random_closed_to_scripts_and_not_the_id_in_the_store(
    world: World,
) -> None:
    fan = await a_fan(world)
    response = await fan.client.post(API, json={"text": "我要投诉"})
    cookie = response.cookies["triagebot_fan"]
    assert re.fullmatch("[0-9a-f]{32}", cookie.value)
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    desk = await world.signed_in("小林")
    (row,) = (await desk.get("/api/v1/conversations?view=waiting"))["items"]
    detail = await desk.get(f"/api/v1/conversations/{row['id']}")
    assert cookie.value not in str(detail)
    assert len(row["fan"]) == 4


@pytest.mark.parametrize("value", ["", "short", "Z" * 32, "../../etc/passwd"])
async def test_a_cookie_that_we_did_not_give_is_replaced(world: World, value: str) -> None:
    client = await world.client()
    headers = {"Cookie": f"triagebot_fan={value}"}
    response = await client.post(API, json={"text": "你好"}, headers=headers)
    assert response.cookies["triagebot_fan"].value != value


async def test_too_many_messages_in_a_minute_are_refused_and_none_is_stored(
    world: World,
) -> None:
    fan = await a_fan(world)
    for _ in range(30):
        await fan.says("你好")
    refused = await fan.says("你好", 429)
    assert refused["error"]["code"] == "too_many"
    assert len((await fan.reads())["items"]) < 90
    world.clock.forward(minutes=1)
    await fan.says("你好")
    await (await a_fan(world)).says("你好")


@pytest.mark.parametrize(
    "body", [{}, {"text": ""}, {"text": " \n"}, {"text": "x" * 2001}, {"text": 1}, {"txt": "x"}]
)
async def test_a_wrong_message_is_refused_with_the_field(world: World, body) -> None:
    client = await world.client()
    response = await client.post(API, json=body)
    assert response.status == 400
    assert (await response.json())["error"]["fields"]


@pytest.mark.parametrize("query", ["after=x", "after=1", "wait=31", "wait=-1", "wait=nan"])
async def test_a_wrong_poll_is_refused(world: World, query: str) -> None:
    client = await world.client()
    assert (await client.get(f"{API}/messages?{query}")).status == 400


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", "'; DROP TABLE message;--", "🙂"])
async def test_what_a_fan_writes_comes_back_as_text(world: World, text: str) -> None:
    fan = await a_fan(world)
    await fan.says(text)
    assert (await fan.reads())["items"][0]["text"] == text


async def test_another_site_cannot_write_as_the_fan(world: World) -> None:
    client = await world.client()
    headers = {"Origin": "https://evil.example"}
    response = await client.post(API, json={"text": "x"}, headers=headers)
    assert response.status == 403
    form = await client.post(API, data='{"text": "x"}', headers={"Content-Type": "text/plain"})
    assert form.status == 400


async def test_the_page_gives_the_cookie(world: World) -> None:
    response = await (await world.client()).get("/chat")
    assert response.status == 200
    assert "triagebot_fan" in response.cookies


async def ended_talk(world: World):
    """A fan whose talk a person has answered and closed."""
    fan = await a_fan(world)
    await fan.says("我要投诉")
    desk = await world.signed_in("小林")
    (row,) = (await desk.get("/api/v1/conversations?view=waiting"))["items"]
    path = f"/api/v1/conversations/{row['id']}"
    await desk.post(f"{path}/messages", {"text": "好了", "client_id": "a1"}, 201)
    assert (await fan.reads())["rate"] is False
    await desk.post(f"{path}/resolve")
    return fan, desk


async def tap(fan: Fan, score: str) -> int:
    response = await fan.client.post(f"{API}/rating", json={"score": score})
    return response.status


async def test_an_ended_talk_is_rated_once_and_counted(world: World) -> None:
    fan, desk = await ended_talk(world)
    assert (await fan.reads())["rate"] is True
    assert await tap(fan, "good") == 204
    assert (await fan.reads())["rate"] is False
    assert await tap(fan, "bad") == 409
    rated = (await desk.get("/api/v1/reports"))["rated"]
    assert rated == {"n": 1, "good": 1, "fair": 0, "bad": 0, "share": 1.0}
    other = await world.signed_in("小周")
    assert (await other.get("/api/v1/reports"))["rated"]["n"] == 0


async def test_nothing_is_rated_that_no_person_has_ended(world: World) -> None:
    fan = await a_fan(world)
    assert await tap(fan, "good") == 409
    await fan.says("什么时候发货")
    assert (await fan.reads())["rate"] is False
    assert await tap(fan, "good") == 409
    assert await tap(fan, "great") == 400


async def test_the_widget_is_small_and_any_site_may_load_it(world: World) -> None:
    client = await world.client()
    response = await client.get("/chat/widget.js")
    assert response.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert len(await response.read()) < 15 * 1024
    page = await client.get("/chat")
    assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]
