"""What people judged that is most like a message."""

from __future__ import annotations

from tests.desk.conftest import World


async def near(desk, number):
    found = await desk.get(f"/api/v1/messages/{number}/nearest")
    return [(each["text"], each["intent"], each["by"]) for each in found]


async def test_a_label_of_an_alike_message_is_shown_but_not_its_own(world: World) -> None:
    desk = await world.signed_in("小林")
    first = (await world.fan_says("手机屏幕碎了怎么修", "fan-1")).message_id
    other = (await world.fan_says("今天天气真好", "fan-2")).message_id
    again = (await world.fan_says("屏幕碎了怎么修", "fan-3")).message_id
    for number, intent in ((first, "complaint"), (other, "delivery")):
        path = f"/api/v1/messages/{number}/label"
        assert (await desk.request("PUT", path, json={"intent": intent})).status == 200
    assert ("手机屏幕碎了怎么修", "complaint", "小林") in await near(desk, again)
    assert "今天天气真好" not in {text for text, _, _ in await near(desk, again)}
    assert ("手机屏幕碎了怎么修", "complaint", "小林") not in await near(desk, first)


async def test_a_message_that_is_none_is_not_found(world: World) -> None:
    desk = await world.signed_in("小林")
    assert (await desk.client.get("/api/v1/messages/99/nearest")).status == 404
