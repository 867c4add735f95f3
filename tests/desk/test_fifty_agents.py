"""Fifty agents take from one queue at once: none twice, none lost, all see the same truth."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack

import pytest
from sqlalchemy import true

from tests.desk.conftest import Desk, World
from tests.desk.test_live import Listener, listening
from triagebot.desk import conversations as api
from triagebot.store import conversation_changes
from triagebot.store.conversation_changes import Change
from triagebot.store.database import Database

AGENTS = 50
FANS = 60
PATH = "/api/v1/conversations"


@pytest.fixture
def database(any_database: Database) -> Database:
    """Both engines keep the promise, so each is asked."""
    return any_database


@pytest.fixture
async def desks(world: World) -> list[Desk]:
    return [await world.signed_in(f"agent-{i}") for i in range(AGENTS)]


async def work_off(desk: Desk, place: int) -> list[str]:
    """Take a waiting conversation, again and again, until nobody waits; return what we got.

    Each takes one near the top, some the same one at the same moment.
    """
    mine: list[str] = []
    while True:
        rows = (await desk.get(f"{PATH}?view=waiting&limit=20"))["items"]
        if not rows:
            return mine
        row = rows[place % len(rows)]
        body = {"fence": row["fence"]}
        response = await desk.request("POST", f"{PATH}/{row['id']}/take", json=body)
        assert response.status in (200, 409), await response.text()
        if response.status == 200:
            mine.append(row["id"])


async def taken(world: World, desks: list[Desk]) -> list[list[str]]:
    for i in range(FANS):
        await world.fan_says("投诉", f"fan-{i}")
    working = (work_off(desk, place) for place, desk in enumerate(desks))
    return await asyncio.gather(*working)


async def owners_told(desk: Desk, listener: Listener) -> dict[str, str]:
    """Listen until everybody is somebody's; return whose each is, as one screen was told.

    Like a screen it loads the list anew when it was told that it has fallen behind.
    """
    owners: dict[str, str] = {}
    while len(owners) < FANS:
        event = await listener.next()
        rows = [event.data] if event.name == "conversation" else []
        if event.name == "resync":
            rows = (await desk.get(f"{PATH}?view=open&limit=200"))["items"]
        owners.update({row["id"]: row["agent"]["name"] for row in rows if row["agent"]})
    return owners


async def test_none_is_taken_twice_and_none_is_lost(world: World, desks: list[Desk]) -> None:
    async with AsyncExitStack() as screens:
        watching = [
            asyncio.create_task(
                owners_told(desk, await screens.enter_async_context(listening(desk)))
            )
            for desk in desks
        ]
        found = await taken(world, desks)
        told = await asyncio.gather(*watching)
    truth = {number: f"agent-{i}" for i, own in enumerate(found) for number in own}
    # Whatever order it came in, each screen ends with the truth, without asking for it again.
    assert told == [truth] * len(told)
    every = [number for own in found for number in own]
    assert len(every) == len(set(every)) == FANS
    # Everybody sees the same: their own, and that nobody waits.
    for desk, own in zip(desks, found, strict=True):
        page = await desk.get(f"{PATH}?view=mine&limit=200")
        assert {row["id"] for row in page["items"]} == set(own)
        assert page["counts"]["waiting"] == 0
        assert page["counts"]["mine"] == len(own)
    await world.caught_up()


async def test_without_the_check_in_one_statement_some_are_taken_twice(
    world: World, desks: list[Desk], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The planted fault: whoever asks gets it, whatever the row says by then."""

    def grab(connection, conversation_id, agent_id, now, fence=None):
        values = {"status": "open", "agent_id": agent_id}
        change = Change("take", true(), values)
        return conversation_changes.apply(connection, change, conversation_id, agent_id, now, None)

    monkeypatch.setitem(api.CHANGES, "take", ("Take it", grab))
    found = await taken(world, desks[:20])
    every = [number for own in found for number in own]
    assert len(every) > len(set(every))
