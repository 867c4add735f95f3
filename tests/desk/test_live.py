"""Screens see what happens, miss nothing when the line breaks, and load afresh after too much."""

from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest

from tests.desk.conftest import Desk, World
from triagebot.store import agents, events


@dataclass
class Event:
    id: str
    name: str
    data: dict


class Listener:
    def __init__(self, response) -> None:
        self._response = response

    async def next(self, name: str | None = None) -> Event:
        """Return the next event, or the next of one kind."""
        async with asyncio.timeout(30):
            while True:
                fields = {}
                while line := (await self._response.content.readline()).decode().rstrip("\n"):
                    key, _, value = line.partition(": ")
                    fields[key] = value
                if "event" in fields and name in (None, fields["event"]):
                    data = json.loads(fields["data"])
                    return Event(fields["id"], fields["event"], data)


@asynccontextmanager
async def listening(desk: Desk, last: str | None = None):
    headers = {"Last-Event-ID": last} if last is not None else {}
    async with desk.client.get("/api/v1/events", headers=headers) as response:
        assert response.status == 200
        await response.content.readline()
        yield Listener(response)


async def test_a_new_complaint_appears_on_every_screen(world: World) -> None:
    first, second = await world.signed_in("小林"), await world.signed_in("小周")
    async with listening(first) as one, listening(second) as two:
        outcome = await world.fan_says("我要投诉")
        for listener in (one, two):
            said = await listener.next("message")
            assert said.data["conversation_id"] == str(outcome.conversation_id)
            assert said.data["item"]["text"] == "我要投诉"
            holding = await listener.next("message")
            assert holding.data["item"]["from"] == "bot"
            row = await listener.next("conversation")
            assert row.data["id"] == str(outcome.conversation_id)
            assert row.data["reason"] == "complaint"


async def test_counts_are_each_persons_own(world: World) -> None:
    ident = (await world.fan_says("我要投诉")).conversation_id
    first, second = await world.signed_in("小林"), await world.signed_in("小周")
    await world.caught_up()
    async with listening(first) as one, listening(second) as two:
        await first.change(ident, "take")
        assert (await one.next("counts")).data["mine"] == 1
        assert (await two.next("counts")).data["mine"] == 0


async def test_ids_only_grow_so_that_screens_can_drop_what_they_have(world: World) -> None:
    desk = await world.signed_in("小林")
    async with listening(desk) as listener:
        await world.fan_says("我要投诉")
        seen = [float((await listener.next()).id) for _ in range(4)]
        await world.fan_says("快点")
        seen += [float((await listener.next()).id) for _ in range(2)]
    assert seen == sorted(set(seen))


async def test_another_model_is_told(world: World) -> None:
    desk = await world.signed_in("小林")
    async with listening(desk) as listener:
        await world.db.write(events.emit, "model", None, {"name": "m2"})
        assert (await listener.next("model")).data == {"name": "m2"}


@pytest.mark.parametrize("form", ["{}", "{}.600001"])
async def test_who_comes_back_gets_what_was_missed(world: World, form: str) -> None:
    desk = await world.signed_in("小林")
    cursor = (await desk.get("/api/v1/conversations"))["cursor"]
    outcome = await world.fan_says("我要投诉")
    async with listening(desk, form.format(cursor)) as listener:
        said = await listener.next("message")
        assert said.data["item"]["id"] == str(outcome.message_id)
        assert (await listener.next("conversation")).data["status"] == "open"


async def test_who_missed_more_than_is_kept_loads_afresh(world: World) -> None:
    desk = await world.signed_in("小林")
    for _ in range(3):
        await world.fan_says("我要投诉")
    await world.db.write(events.prune, 1)
    async with listening(desk, "0") as listener:
        assert (await listener.next()).name == "resync"


async def test_a_burst_larger_than_the_queue_makes_screens_load_afresh(world: World) -> None:
    desk = await world.signed_in("小林")
    async with listening(desk) as listener:
        said = [world.fan_says("我要投诉", fan=f"fan-{n}", key=str(n)) for n in range(20)]
        await asyncio.gather(*said)
        assert (await listener.next("resync")).data == {}
        # The stream goes on after it.
        await world.fan_says("还有我", fan="fan-0")
        assert (await listener.next("message")).data["item"]


@pytest.mark.parametrize("last", ["x", "-1", "1e9", "9" * 30])
async def test_a_strange_cursor_starts_now(world: World, last: str) -> None:
    desk = await world.signed_in("小林")
    await world.fan_says("我要投诉", fan="before")
    await world.caught_up()
    async with listening(desk, last) as listener:
        await world.fan_says("我要投诉", fan="after-9999")
        assert (await listener.next("conversation")).data["fan"] == "9999"


async def test_a_label_changes_the_line_on_every_screen(world: World) -> None:
    outcome = await world.fan_says("我要投诉")
    desk = await world.signed_in("小林")
    await world.caught_up()
    async with listening(desk) as listener:
        path = f"/api/v1/messages/{outcome.message_id}/label"
        await desk.request("PUT", path, json={"intent": "delivery"})
        item = (await listener.next("message")).data["item"]
        assert item["label"]["intent"] == "delivery"


async def test_who_is_shut_out_is_allowed_no_longer(world: World) -> None:
    desk = await world.signed_in("小林")
    cookie = desk.client.session.cookie_jar.filter_cookies(desk.client.make_url("/"))
    request = type(
        "Request", (), {"headers": {}, "cookies": {k: v.value for k, v in cookie.items()}}
    )
    assert await world.auth.still_allowed(request)
    await world.db.write(agents.set_disabled, world.people["小林"].id, True)
    assert not await world.auth.still_allowed(request)
