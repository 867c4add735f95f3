"""Put aside, given on, noted, written in by somebody else: what colleagues see of each other."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from tests.desk.conftest import Desk, World
from triagebot.desk.returning import Returning
from triagebot.domain.agent import Role
from triagebot.store import conversations, outbound

PATH = "/api/v1/conversations"


@pytest.fixture
async def desk(world: World) -> Desk:
    return await world.signed_in("小林")


async def fan(world: World, name: str = "fan-1") -> int:
    return (await world.fan_says("投诉", name)).conversation_id


async def counts(desk: Desk) -> dict[str, int]:
    return (await desk.get(PATH))["counts"]


async def test_put_aside_it_comes_back_at_its_time(world: World, desk: Desk) -> None:
    number = await fan(world)
    until = world.clock() + timedelta(hours=2)
    row = await desk.post(f"{PATH}/{number}/snooze", {"until": until.isoformat()})
    assert (row["status"], row["agent"]["name"]) == ("snoozed", "小林")
    assert row["snoozed_until"].startswith(until.isoformat()[:19])
    assert (await counts(desk))["snoozed"] == 1
    assert [each["id"] for each in (await desk.get(f"{PATH}?view=snoozed"))["items"]] == [row["id"]]
    returning = Returning(world.db, world.clock, lambda: 0)
    await returning.work()
    assert (await counts(desk))["mine"] == 0
    world.clock.now = until
    await returning.work()
    assert (await counts(desk)) == {**(await counts(desk)), "mine": 1, "snoozed": 0}


async def test_a_word_of_the_fan_brings_it_back_before(world: World, desk: Desk) -> None:
    number = await fan(world)
    until = (world.clock() + timedelta(hours=2)).isoformat()
    await desk.post(f"{PATH}/{number}/snooze", {"until": until})
    await world.fan_says("还在吗", "fan-1")
    assert (await counts(desk))["mine"] == 1
    row = await desk.post(f"{PATH}/{number}/snooze", {"until": until})
    assert (await desk.change(number, "wake", row["fence"]))["status"] == "open"


async def test_nothing_is_put_aside_into_the_past_or_from_a_colleague(
    world: World, desk: Desk
) -> None:
    number = await fan(world)
    past = (world.clock() - timedelta(hours=1)).isoformat()
    refused = await desk.post(f"{PATH}/{number}/snooze", {"until": past}, 400)
    assert refused["error"]["fields"] == {"until": "past"}
    other = await world.signed_in("小周")
    await other.change(number, "take")
    later = (world.clock() + timedelta(hours=1)).isoformat()
    held = await desk.post(f"{PATH}/{number}/snooze", {"until": later}, 409)
    assert held["error"]["fields"] == {"holder": "小周"}


async def test_what_was_given_is_taken_back_until_something_is_done_with_it(
    world: World, desk: Desk
) -> None:
    number = await fan(world)
    other = await world.signed_in("小周")
    zhou = {"agent_id": str(world.people["小周"].id)}
    given = await desk.post(f"{PATH}/{number}/assign", zhou)
    await other.change(number, "unassign", given["fence"], 409)
    back = await desk.change(number, "unassign", given["fence"])
    assert back["agent"]["name"] == "小林"
    await desk.post(f"{PATH}/{number}/assign", zhou)
    await other.change(number, "release")
    taken = await other.change(number, "take")
    await desk.change(number, "unassign", taken["fence"], 409)


async def test_given_to_a_colleague_it_is_theirs(world: World, desk: Desk) -> None:
    number = await fan(world)
    other = await world.signed_in("小周")
    zhou = {"agent_id": str(world.people["小周"].id)}
    assert (await desk.post(f"{PATH}/{number}/assign", zhou))["agent"]["name"] == "小周"
    assert (await counts(other))["mine"] == 1
    mine = {"agent_id": str(world.people["小林"].id)}
    assert (await desk.post(f"{PATH}/{number}/assign", mine, 409))["error"]["code"] == "conflict"
    lead = await world.signed_in("主管", Role.LEAD)
    assert (await lead.post(f"{PATH}/{number}/assign", mine))["agent"]["name"] == "小林"
    await lead.post(f"{PATH}/{number}/assign", {"agent_id": "999"}, 404)


async def test_a_note_is_in_the_thread_and_never_goes_to_the_fan(world: World, desk: Desk) -> None:
    number = await fan(world)
    added = await desk.post(f"{PATH}/{number}/notes", {"text": "已联系仓库"}, 201)
    assert (added["kind"], added["text"]) == ("note", "已联系仓库")
    other = await world.signed_in("小周")
    thread = (await other.get(f"{PATH}/{number}"))["thread"]
    assert [item["text"] for item in thread if item["kind"] == "note"] == ["已联系仓库"]
    assert await world.db.read(outbound.thread, number) == []
    assert (await counts(desk))["waiting"] == 1, "a note is no answer"
    note = added["id"][1:]
    assert (await other.request("DELETE", f"/api/v1/notes/{note}")).status == 404
    assert (await desk.request("DELETE", f"/api/v1/notes/{note}")).status == 204
    await desk.post(f"{PATH}/{number}/notes", {"text": "  "}, 400)
    await desk.post(f"{PATH}/999/notes", {"text": "好"}, 404)


async def heard(desk: Desk, world: World, act) -> list[str]:
    """The names of the events that a screen hears of `act`."""
    response = await desk.client.get("/api/v1/events")
    await act()
    await world.caught_up()
    names: list[str] = []
    async with asyncio.timeout(30):
        while not {"mention", "typing"} & set(names):
            line = (await response.content.readline()).decode()
            if line.startswith("event:"):
                names.append(line.split()[1])
    response.close()
    return names


async def test_who_is_named_in_a_note_hears_of_it(world: World, desk: Desk) -> None:
    number = await fan(world)
    other = await world.signed_in("小周")
    text = {"text": "@小周 帮看一下，@没这人"}
    names = await heard(other, world, lambda: desk.post(f"{PATH}/{number}/notes", text, 201))
    assert names.count("mention") == 1


async def test_colleagues_see_that_somebody_is_writing(world: World, desk: Desk) -> None:
    number = await fan(world)
    other = await world.signed_in("小周")
    names = await heard(other, world, lambda: desk.request("POST", f"{PATH}/{number}/typing"))
    assert "typing" in names
    listed = await desk.get("/api/v1/colleagues")
    assert {each["name"] for each in listed} == {"小林", "小周"}


async def test_whoever_was_left_too_long_is_back_in_the_queue(world: World, desk: Desk) -> None:
    left, answered = await fan(world, "fan-1"), await fan(world, "fan-2")
    for number in (left, answered):
        await desk.change(number, "take")
    await desk.post(f"{PATH}/{answered}/messages", {"text": "在的", "client_id": "1"}, 201)
    returning = Returning(world.db, world.clock, lambda: 10)
    world.clock.forward(minutes=9)
    await returning.work()
    assert (await counts(desk))["mine"] == 2
    world.clock.forward(minutes=1)
    await returning.work()
    assert (await world.db.read(conversations.get, left)).agent_id is None
    assert (await counts(desk))["mine"] == 1
    never = Returning(world.db, world.clock, lambda: 0)
    world.clock.forward(days=1)
    await never.work()
    assert (await world.db.read(conversations.get, answered)).agent_id is not None
