"""Admins change settings while everything runs: between the file and the environment, and back."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from tests.desk.conftest import World
from triagebot.app.live_settings import LiveSettings
from triagebot.app.mind import Facts, staffing
from triagebot.domain.agent import Role
from triagebot.settings import load_settings
from triagebot.triage.say import Voice

PATH = "/api/v1/settings"


@pytest.fixture
async def admin(world: World):
    return await world.signed_in("boss", Role.ADMIN)


async def put(desk, name, value):
    response = await desk.request("PUT", f"{PATH}/{name}", json={"value": value})
    return response.status, await response.json()


async def until(followed):
    """Wait until the other process has heard of it."""
    async with asyncio.timeout(30):
        while not followed():  # noqa: ASYNC110 nobody tells when it has
            await asyncio.sleep(0)


def row(found, name):
    return next(each for each in found if each["name"] == name)


async def test_another_process_follows_a_change_and_what_it_uses_follows_too(world, admin):
    settings, origins = load_settings(None, {}, [])
    other = LiveSettings(settings, origins, world.db, world.clock)
    world.feed.listen(other.heard)
    staffed = staffing(settings.desk, world.clock)
    voice = Voice(world.holder.mind.catalogue, Facts(settings))
    assert (staffed(), voice.fill("{brand} {hours}")) == (True, "星火手机 00:00-24:00")

    status, found = await put(admin, "desk.hours", " 09:00-12:00,13:30-18:00 ")
    assert (status, row(found, "desk.hours")["by"]) == (200, "boss")
    await put(admin, "brand.name", "小样{hours}")
    await put(admin, "desk.return_minutes", "5")
    await until(lambda: settings.desk.return_minutes == 5)
    # It is four in the morning in Shanghai; what staff write is text, never a format.
    assert (staffed(), voice.fill("{brand}")) == (False, "小样{hours}")
    world.clock.now += timedelta(hours=6)
    assert staffed()

    await admin.request("DELETE", f"{PATH}/desk.hours")
    await until(lambda: settings.desk.hours == "00:00-24:00")
    late = LiveSettings(load_settings(None, {}, [])[0], {}, world.db, world.clock)
    await late.start()
    assert late.rows()[0]["edition"] is None
    assert {each["name"]: each["value"] for each in late.rows()}["brand.name"] == "小样{hours}"
    log = (await admin.get("/api/v1/log"))["items"]
    assert [each["what"] for each in log[:2]] == ["reset_setting", "change_setting"]


async def test_the_file_is_below_the_desk_and_the_environment_above(world, admin, tmp_path):
    file = tmp_path / "triagebot.toml"
    file.write_text('[brand]\nname = "文件"\nhotline = "1"\n', encoding="utf-8")
    environment = {"TRIAGEBOT_BRAND__HOTLINE": "2"}
    await put(admin, "brand.name", "台上")
    await put(admin, "brand.hotline", "3")
    settings, origins = load_settings(file, environment, [])
    live = LiveSettings(settings, origins, world.db, world.clock)
    await live.start()
    assert (settings.brand.name, settings.brand.hotline) == ("台上", "2")
    rows = {each["name"]: each for each in live.rows()}
    assert rows["brand.name"]["change"]
    assert not rows["brand.hotline"]["change"]
    assert live.given("brand.name") == "文件"


@pytest.mark.parametrize(
    ("name", "value", "status", "fields"),
    [
        ("desk.hours", "9-18", 400, {"value": "hours"}),
        ("desk.hours", "", 400, {"value": "empty"}),
        ("desk.return_minutes", "-1", 400, {"value": "form"}),
        ("turns.wechat", "9", 400, {"value": "form"}),
        ("turns.wechat", "nan", 400, {"value": "form"}),
        ("desk.sends_per_second", "1e9", 400, {"value": "form"}),
        ("surge.text", "x", 409, {"value": "pinned"}),
        ("database.url", "sqlite:///x", 404, {"name": "database.url"}),
        ("no.such", "x", 404, {"name": "no.such"}),
    ],
)
async def test_what_does_not_fit_changes_nothing(admin, name, value, status, fields):
    before = await admin.get(PATH)
    got, found = await put(admin, name, value)
    assert (got, found["error"]["fields"]) == (status, fields)
    assert await admin.get(PATH) == before
