"""Everybody at the desk sees the surge stage; ops pin one."""

from __future__ import annotations

import asyncio

import pytest

from tests.desk.conftest import World
from triagebot.domain.agent import Role
from triagebot.domain.surge import Stage

PATH = "/api/v1/surge"


async def test_the_stage_is_shown_and_pinned(world: World) -> None:
    desk = await world.signed_in("小林")
    assert (await desk.get(PATH))["stage"] == "full"
    ops = await world.signed_in("老王", Role.OPS)
    response = await ops.request("PUT", PATH, json={"stage": "text"})
    assert response.status == 200
    state = await desk.get(PATH)
    assert (state["stage"], state["pinned"]) == ("text", "text")
    async with asyncio.timeout(30):
        while world.intake.pressure.stage is not Stage.TEXT:  # noqa: ASYNC110 - the feed tells it
            await asyncio.sleep(0.02)
    await world.fan_says("什么时候发货")
    assert (await desk.get(PATH))["put_off"] == 1
    await ops.request("PUT", PATH, json={"stage": None})
    assert (await desk.get(PATH))["pinned"] is None
    deeds = await ops.get("/api/v1/log?what=surge.pin")
    assert [deed["detail"]["stage"] for deed in deeds["items"]] == ["", "text"]


@pytest.mark.parametrize("body", [{}, {"stage": "panic"}, {"stage": 3}, {"stage": "full", "x": 1}])
async def test_what_is_no_stage_is_refused(world: World, body) -> None:
    ops = await world.signed_in("老王", Role.OPS)
    assert (await ops.request("PUT", PATH, json=body)).status == 400
