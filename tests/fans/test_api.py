"""Fans on the desk: listed, tagged, given what is held of them, forgotten."""

import pytest

from triagebot.domain.agent import Role
from triagebot.store import fans


@pytest.fixture
async def ops(world):
    return await world.signed_in("ops", Role.OPS)


@pytest.fixture
async def noted(world):
    """Two fans who wrote, and their numbers by name."""
    await world.fan_says("我要投诉，电话13912345678", fan="fan-one-1111")
    await world.fan_says("什么时候发货", fan="fan-two-2222")
    await world.db.write(fans.note_new, world.clock())
    return {
        who[-4:]: (await world.db.read(fans.find, "webchat", who)).id
        for who in ("fan-one-1111", "fan-two-2222")
    }


async def test_a_list_shows_the_end_of_an_id_only(world, ops, noted):
    page = await ops.get("/api/v1/fans")
    assert [row["fan"] for row in page["items"]] == ["2222", "1111"]
    assert "fan-one-1111" not in str(page)
    assert page["next"] is None
    first = await ops.get("/api/v1/fans?limit=1")
    rest = await ops.get(f"/api/v1/fans?limit=1&before={first['next']}")
    assert [row["fan"] for row in rest["items"]] == ["1111"]


async def test_one_fan_shows_what_they_did(ops, noted):
    shown = await ops.get(f"/api/v1/fans/{noted['1111']}")
    assert (shown["messages"], shown["fan"]["follows"]) == (1, None)
    assert (await ops.get(f"/api/v1/conversations/{shown['conversation_id']}"))["thread"]


async def test_tags_are_put_on_and_taken_off(ops, noted):
    path = f"/api/v1/fans/{noted['1111']}/tags"
    for names in (["内测", "深圳"], ["深圳"], [], ["内测"]):
        response = await ops.request("PUT", path, json={"tags": names})
        assert sorted((await response.json())["tags"]) == sorted(names)
    counts = {row["name"]: row["fans"] for row in await ops.get("/api/v1/tags")}
    assert counts == {"内测": 1, "深圳": 0}
    page = await ops.get("/api/v1/fans?tag=内测")
    assert [row["tags"] for row in page["items"]] == [["内测"]]


@pytest.mark.parametrize("names", [[""], ["字" * 11], [str(n) for n in range(21)], "内测", [1]])
async def test_tags_that_wechat_would_not_take_are_refused(ops, noted, names):
    path = f"/api/v1/fans/{noted['1111']}/tags"
    response = await ops.request("PUT", path, json={"tags": names})
    assert response.status == 400
    assert (await response.json())["error"]["code"] == "bad_input"


async def test_what_is_held_comes_as_a_file(ops, noted):
    response = await ops.client.get(f"/api/v1/fans/{noted['1111']}/export")
    assert response.headers["Content-Disposition"].startswith("attachment")
    held = await response.json()
    assert [row["text"] for row in held["message"]] == ["我要投诉，电话13912345678"]
    (deed,) = (await ops.get("/api/v1/log?what=export_fan"))["items"]
    assert (deed["who"], deed["detail"]) == ("ops", {"channel": "webchat", "fan": "1111"})


async def test_an_erased_fan_is_gone_and_the_deed_is_in_the_log(ops, noted):
    path = f"/api/v1/fans/{noted['1111']}"
    conversation = (await ops.get(path))["conversation_id"]
    erased = await (await ops.request("DELETE", path)).json()
    assert erased["rows"] == {"message": 1, "conversation": 1, "fan": 1, "event": 2}
    assert (await ops.client.get(path)).status == 404
    assert (await ops.request("DELETE", path)).status == 404
    assert (await ops.client.get(f"/api/v1/conversations/{conversation}")).status == 404
    (deed,) = (await ops.get("/api/v1/log?what=erase_fan"))["items"]
    assert (deed["who"], deed["detail"]["fan"]) == ("ops", "1111")
    assert [row["fan"] for row in (await ops.get("/api/v1/fans"))["items"]] == ["2222"]
