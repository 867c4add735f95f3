"""One's own password: asked for at the desk, and guessed at neither door of it for long."""

from __future__ import annotations

import pytest

from tests.conftest import Clock
from tests.desk.conftest import PASSWORD, Desk, World
from triagebot.app import desk as app
from triagebot.store.database import Database
from triagebot.web.own_password import OwnPassword, OwnPasswordApi
from triagebot.web.passwords import Passwords

PATH = "/api/v1/session/password"
FACTOR = "/api/v1/session/second-factor"
NEW = "a longer one"


async def renew(desk: Desk, old: str, new: str = NEW) -> tuple[int, dict[str, str]]:
    response = await desk.request("PUT", PATH, json={"old": old, "new": new})
    error = {} if response.status == 204 else (await response.json())["error"]
    return response.status, error.get("fields", {})


async def guess_at_both(desk: Desk) -> int:
    """Guess thrice at the one and twice at the other; return what a sixth guess gets."""
    for _ in range(3):
        await desk.post(FACTOR, {"password": "guess"}, 400)
    for _ in range(2):
        assert (await renew(desk, "guess"))[0] == 400
    return (await renew(desk, "guess"))[0]


async def test_ones_own_password_needs_the_old_one(world: World) -> None:
    desk = await world.signed_in("li")
    assert await renew(desk, "guess") == (400, {"old": "wrong"})
    assert (await renew(desk, PASSWORD, "short"))[0] == 400
    assert await renew(desk, PASSWORD) == (204, {})
    assert (await desk.client.get("/api/v1/session")).status == 401
    assert (await desk.sign_in("li")).status == 401
    assert (await desk.sign_in("li", NEW)).status == 200


async def test_guesses_at_it_count_together_wherever_it_is_asked(world: World) -> None:
    desk, other = await world.signed_in("li"), await world.signed_in("chen")
    assert await guess_at_both(desk) == 429
    await desk.post(FACTOR, {"password": PASSWORD}, 429)
    assert (await renew(other, PASSWORD))[0] == 204, "somebody else's own"
    world.clock.forward(minutes=15)
    await desk.post(FACTOR, {"password": PASSWORD})
    assert (await renew(desk, PASSWORD))[0] == 204


@pytest.fixture
def apart(
    monkeypatch: pytest.MonkeyPatch, database: Database, passwords: Passwords, clock: Clock
) -> None:
    """Plant a count of its own where the password is changed."""
    mine = OwnPassword(database, passwords, clock)
    monkeypatch.setattr(app, "OwnPasswordApi", lambda _: OwnPasswordApi(mine))


async def test_with_a_count_for_each_place_there_would_be_more_guesses(
    apart: None, world: World
) -> None:
    assert await guess_at_both(await world.signed_in("li")) == 400
