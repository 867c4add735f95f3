"""The screen of models: what each is proven of, whose answers would change, and the switch."""

from __future__ import annotations

import asyncio
import shutil

import pytest

from tests.desk.conftest import World
from tests.training.conftest import small_intents, small_trained
from triagebot.domain.agent import Role
from triagebot.models.promote import promote
from triagebot.models.shadow import Shadow
from triagebot.models.shelf import verify
from triagebot.store import audit_log

__all__ = ["small_intents", "small_trained"]
PATH = "/api/v1/models"


@pytest.fixture
def shelf(world: World, small_trained):
    for name in ("one", "two"):
        shutil.copytree(small_trained.folder, world.models / name)
    promote(world.models, "one", "li")
    return world.models


async def replayed(desk, name: str):
    """Start a replay and wait for its record."""
    started = await desk.request("POST", f"{PATH}/{name}/replay", json={"days": 7})
    assert started.status == 202, await started.text()
    async with asyncio.timeout(60):
        while (await desk.get(f"{PATH}/{name}"))["replaying"]:  # noqa: ASYNC110 as the page does
            await asyncio.sleep(0.02)
    return await desk.get(f"{PATH}/{name}/replay")


async def test_the_list_says_what_serves_and_what_is_against_each(world: World, shelf) -> None:
    desk = await world.signed_in("lead", Role.LEAD)
    found = await desk.get(PATH)
    assert (found["current"], found["previous"], found["shadow"]) == ("one", None, None)
    rows = {row["name"]: row for row in found["models"]}
    assert (rows["one"]["state"], rows["one"]["gate"]) == ("current", [])
    assert "was not replayed" in rows["two"]["gate"][0]
    assert rows["two"]["metrics"]["held_out_accuracy"] > 0


async def test_before_the_first_model_the_list_is_empty(world: World) -> None:
    desk = await world.signed_in("lead", Role.LEAD)
    assert (await desk.get(PATH))["models"] == []
    assert await desk.get("/api/v1/promotions") == []


async def test_one_model_shows_its_proof_and_another_beside_it(world: World, shelf) -> None:
    desk = await world.signed_in("lead", Role.LEAD)
    shown = await desk.get(f"{PATH}/two")
    assert {row["intent"] for row in shown["proof"]} == {"delivery", "purchase"}
    assert shown["max_error"] == 0.3
    compared = await desk.get(f"{PATH}/two/compare")
    assert (compared["before"], compared["after"]) == ("one", "two")
    assert compared["intents"][0]["before"] == compared["intents"][0]["after"]


async def test_a_model_is_replayed_promoted_and_taken_back(world: World, shelf) -> None:
    await world.fan_says("我想问问delivery的事")
    desk = await world.signed_in("engineer", Role.ML)
    body = {"name": "two", "confirm": "two", "why": "更准"}
    refused = await desk.post("/api/v1/promotions", body, 409)
    assert refused["error"]["code"] == "gate_not_met"
    record = await replayed(desk, "two")
    assert (record["n"], record["changed"], record["by"]) == (1, 0, "engineer")
    assert (await desk.get(PATH))["models"][0]["gate"] == []
    step = await desk.post("/api/v1/promotions", body, 201)
    assert (step["name"], step["before"], step["why"]) == ("two", "one", "更准")
    back = await desk.post("/api/v1/rollbacks", {"confirm": "two"}, 201)
    assert back["name"] == "one"
    history = await desk.get("/api/v1/promotions")
    assert [each["action"] for each in history] == ["promote", "promote", "rollback"]
    deeds = await world.db.read(audit_log.newest)
    assert [deed.what for deed in deeds][:3] == ["roll_back_model", "promote_model", "replay_model"]


async def test_the_name_must_be_typed(world: World, shelf) -> None:
    desk = await world.signed_in("engineer", Role.ML)
    body = {"name": "two", "confirm": "tow", "force": "急"}
    assert (await desk.post("/api/v1/promotions", body, 400))["error"]["fields"] == {
        "confirm": "two"
    }
    await desk.post("/api/v1/rollbacks", {"confirm": "two"}, 400)
    forced = await desk.post("/api/v1/promotions", {**body, "confirm": "two"}, 201)
    assert forced["forced"] == "急"
    assert "was not replayed" in forced["objections"][0]


async def test_the_shadow_is_set_counted_and_lifted(world: World, shelf) -> None:
    desk = await world.signed_in("engineer", Role.ML)
    assert (await desk.get("/api/v1/shadow"))["name"] is None
    chosen = await desk.request("PUT", "/api/v1/shadow", json={"name": "two"})
    assert (await chosen.json())["name"] == "two"

    class Serving:
        trained = verify(shelf, "one")

    shadow = Shadow(shelf, world.db, Serving(), world.clock)
    await shadow.look()
    await world.fan_says("我想问问delivery的事")
    await shadow.look()
    shown = await desk.get("/api/v1/shadow")
    assert (shown["base"], shown["seen"], shown["changed"]) == ("one", 1, 0)
    await desk.request("PUT", "/api/v1/shadow", json={"name": None})
    assert (await desk.get("/api/v1/shadow"))["name"] is None
    refused = await desk.request("PUT", "/api/v1/shadow", json={"name": "one"})
    assert refused.status == 409


async def test_pages_come_with_a_policy_of_their_own(world: World, shelf) -> None:
    desk = await world.signed_in("lead", Role.LEAD)
    (shelf / "two" / "report.html").write_text("<!doctype html>", encoding="utf-8")
    response = await desk.request("GET", f"{PATH}/two/pages/report")
    assert response.headers["Content-Type"].startswith("text/html")
    assert response.headers["Content-Security-Policy"].startswith("default-src 'none'")
    for path in ("pages/replay", "pages/manifest.json", "replay"):
        assert (await desk.request("GET", f"{PATH}/two/{path}")).status == 404
    assert (await desk.request("GET", f"{PATH}/..%2Fone")).status == 404
    assert (await desk.request("GET", f"{PATH}/absent/compare")).status == 404


async def test_a_damaged_model_says_so(world: World, shelf) -> None:
    (shelf / "two" / "manifest.json").write_text("{")
    desk = await world.signed_in("lead", Role.LEAD)
    rows = {row["name"]: row for row in (await desk.get(PATH))["models"]}
    assert rows["two"]["state"] == "damaged"
    assert "manifest.json is damaged" in rows["two"]["problem"]
