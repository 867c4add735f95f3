"""Waiting fans are offered to one agent first: to whom, for how long, and never taken away."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.desk.conftest import World
from triagebot.desk.offering import Offering
from triagebot.desk.presence import Presence
from triagebot.desk.routing import MOST_OFFERED, Choice, Present, Waiting, Why, route, route_all
from triagebot.domain.agent import Role
from triagebot.store import presence
from triagebot.store.database import Database

MINUTES = 5
FLASHING = frozenset({"flashing"})
MAIN = frozenset({"wechat:main"})


def fan(**parts) -> Waiting:
    return Waiting(**{"id": 1, "channel": "wechat:main", "intent": "flashing", **parts})


@pytest.mark.parametrize(
    ("waiting", "present", "choice"),
    [
        (fan(), [], None),
        (fan(), [Present(1), Present(2)], Choice(1, Why.FREE)),
        (fan(), [Present(1, has=3), Present(2, has=1)], Choice(2, Why.FREE)),
        (fan(), [Present(1, offered=2), Present(2, has=1)], Choice(2, Why.FREE)),
        (fan(), [Present(1), Present(2, FLASHING, has=3)], Choice(2, Why.SKILL)),
        (fan(intent="refund"), [Present(1, FLASHING)], None),
        (fan(intent=None), [Present(1, FLASHING), Present(2)], Choice(2, Why.FREE)),
        (fan(), [Present(1, channels=MAIN)], Choice(1, Why.FREE)),
        (fan(), [Present(1, channels=frozenset({"wechat"}))], Choice(1, Why.FREE)),
        (fan(channel="webchat"), [Present(1, channels=MAIN)], None),
        (fan(), [Present(1, capacity=2, has=2)], None),
        (fan(), [Present(1, capacity=2, has=1, offered=1)], None),
        (fan(), [Present(1, capacity=2, has=1)], Choice(1, Why.FREE)),
        (fan(), [Present(1, offered=MOST_OFFERED)], None),
        (fan(last_agent=2), [Present(1), Present(2, has=9)], Choice(2, Why.LAST)),
        (fan(last_agent=2, intent="refund"), [Present(2, FLASHING)], Choice(2, Why.LAST)),
        (fan(last_agent=2), [Present(1), Present(2, capacity=1, has=1)], Choice(1, Why.FREE)),
        (fan(last_agent=3), [Present(1)], Choice(1, Why.FREE)),
        (fan(last_agent=2, passed=frozenset({2})), [Present(1), Present(2)], Choice(1, Why.FREE)),
        (fan(passed=frozenset({1})), [Present(1)], None),
    ],
)
def test_whom_a_fan_is_offered_to(waiting, present, choice):
    assert route(waiting, present) == choice


def test_a_queue_is_shared_out_until_all_have_their_fill():
    queue = [fan(id=number) for number in range(1, 8)]
    chosen = route_all(queue, [Present(1, capacity=3), Present(2, has=1, capacity=3)])
    assert {number: each.agent_id for number, each in chosen.items()} == {
        1: 1,
        2: 1,
        3: 2,
        4: 1,
        5: 2,
    }


class Node:
    """Another process, on which some agents have the desk open."""

    def __init__(self, *owners: int) -> None:
        self.owners = set(owners)


@pytest.fixture
def database(any_database: Database) -> Database:
    """Both engines, each in turn."""
    return any_database


@pytest.fixture
async def desks(world: World):
    return [await world.signed_in("小林"), await world.signed_in("小周")]


async def come(world: World, *names: str) -> Presence:
    node = Node(*(world.people[name].id for name in names))
    here = Presence(world.db, node, world.clock, "other")
    await here.tell()
    return here


def offering(world: World, staffed: bool = True) -> Offering:
    return Offering(world.db, world.holder, world.clock, lambda: MINUTES, lambda: staffed)


async def offered(desk) -> dict | None:
    (row,) = (await desk.get("/api/v1/conversations"))["items"]
    return row["offered"] and (row["offered"]["name"], row["offered"]["why"])


async def test_an_offer_runs_out_and_goes_to_the_next(world: World, desks) -> None:
    await world.fan_says("投诉")
    await offering(world).work()
    assert await offered(desks[0]) is None  # nobody is there
    await come(world, "小林", "小周")
    await offering(world).work()
    assert await offered(desks[1]) == ("小林", "free")
    world.clock.forward(minutes=MINUTES)
    await come(world, "小林", "小周")
    await offering(world).work()
    assert await offered(desks[0]) == ("小周", "free")
    world.clock.forward(minutes=MINUTES)
    await come(world, "小林", "小周")
    await offering(world).work()
    assert await offered(desks[0]) is None  # both let it pass: it is everybody's


async def test_whoever_is_quicker_may_take_it_and_its_agent_is_asked_first_next_time(
    world: World, desks
) -> None:
    number = (await world.fan_says("投诉")).conversation_id
    await come(world, "小林", "小周")
    await offering(world).work()
    taken = await desks[1].change(number, "take")
    assert (taken["agent"]["name"], taken["offered"]) == ("小周", None)
    path = f"/api/v1/conversations/{number}/messages"
    await desks[1].post(path, {"text": "在的", "client_id": "a" * 32}, 201)
    await desks[1].change(number, "release")
    await offering(world).work()
    assert await offered(desks[0]) == ("小周", "last")


async def test_nothing_is_offered_out_of_hours_or_to_who_has_left(world: World, desks) -> None:
    await world.fan_says("投诉")
    here = await come(world, "小林")
    await offering(world).work()
    assert await offered(desks[0]) == ("小林", "free")
    await offering(world, staffed=False).work()
    assert await offered(desks[0]) is None
    await offering(world).work()
    assert await offered(desks[0]) == ("小林", "free")  # it was not their fault
    await here.close()
    await offering(world).work()
    assert await offered(desks[0]) is None


async def test_an_admin_says_what_each_is_offered(world: World, desks) -> None:
    admin = await world.signed_in("管理员", Role.ADMIN)
    path = f"/api/v1/users/{world.people['小林'].id}/skills"
    strange = await admin.request("PUT", path, json={"intents": ["none_such"]})
    assert (strange.status, (await strange.json())["error"]["fields"]) == (
        400,
        {"intents": "unknown"},
    )
    assert (await admin.request("PUT", path, json={"channels": ["wechat"]})).status == 204
    assert (await desks[0].request("PUT", path, json={})).status == 403
    await world.fan_says("投诉")
    await come(world, "小林")
    await offering(world).work()
    assert await offered(desks[0]) is None  # they are there for WeChat only


async def test_people_on_another_node_are_there_until_it_falls_silent(world: World, desks) -> None:
    await come(world, "小周")
    there = {each["name"]: each["present"] for each in await desks[0].get("/api/v1/colleagues")}
    assert there == {"小林": False, "小周": True}
    world.clock.forward(seconds=presence.FRESH / timedelta(seconds=1))
    there = [each["present"] for each in await desks[0].get("/api/v1/colleagues")]
    assert there == [False, False]
