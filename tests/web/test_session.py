"""Sessions: who signs in, for how long, and what a stranger cannot do with them."""

from __future__ import annotations

import secrets

import pytest

from tests.desk.conftest import PASSWORD, Desk, World
from triagebot.domain.agent import Role
from triagebot.store import agents
from triagebot.web.auth import Door

COOKIE = "triagebot"


def cookie_of(desk: Desk) -> str:
    return next(each.value for each in desk.client.session.cookie_jar if each.key == COOKIE)


async def test_sign_in_shows_who_one_is(world: World) -> None:
    desk = await world.signed_in("小林", Role.LEAD)
    session = await desk.get("/api/v1/session")
    agent = world.people["小林"]
    assert session["agent"] == {
        "id": str(agent.id),
        "name": "小林",
        "role": "lead",
        "language": "zh",
    }
    assert session["csrf"] == desk.csrf


async def test_the_cookie_is_closed_to_scripts_and_other_sites(world: World) -> None:
    await world.person("小林")
    response = await Desk(await world.client()).sign_in("小林")
    cookie = response.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Path=/" in cookie
    assert "Domain" not in cookie


def test_over_https_the_cookie_is_bound_to_the_host() -> None:
    assert Door(secure=True).cookie == "__Host-triagebot"


@pytest.mark.parametrize(("name", "password"), [("小林", "wrong horse"), ("nobody", PASSWORD)])
async def test_wrong_names_and_wrong_passwords_get_the_same_answer(
    world: World, name: str, password: str
) -> None:
    await world.person("小林")
    response = await Desk(await world.client()).sign_in(name, password)
    assert response.status == 401
    assert await response.json() == {
        "error": {
            "code": "not_signed_in",
            "message": "Name or password is wrong.",
            "fields": {},
        }
    }
    assert "Set-Cookie" not in response.headers


async def test_a_disabled_person_is_out_at_once_and_cannot_come_back(world: World) -> None:
    desk = await world.signed_in("小林")
    await world.db.write(agents.set_disabled, world.people["小林"].id, True)
    assert (await desk.client.get("/api/v1/session")).status == 401
    assert (await desk.sign_in("小林")).status == 401


async def test_signing_out_ends_the_session_on_the_server(world: World) -> None:
    desk = await world.signed_in("小林")
    token = cookie_of(desk)
    assert (await desk.request("DELETE", "/api/v1/session")).status == 204
    stolen = await world.client()
    response = await stolen.get("/api/v1/session", headers={"Cookie": f"{COOKIE}={token}"})
    assert response.status == 401


async def test_a_session_that_somebody_else_planted_is_not_the_one_signed_in(
    world: World,
) -> None:
    await world.person("小林")
    planted = secrets.token_urlsafe(32)
    client = await world.client()
    response = await client.post(
        "/api/v1/session",
        json={"name": "小林", "password": PASSWORD},
        headers={"Cookie": f"{COOKIE}={planted}"},
    )
    assert response.cookies[COOKIE].value != planted
    other = await world.client()
    response = await other.get("/api/v1/session", headers={"Cookie": f"{COOKIE}={planted}"})
    assert response.status == 401


async def test_signing_in_again_ends_the_session_before(world: World) -> None:
    desk = await world.signed_in("小林")
    old = cookie_of(desk)
    await desk.sign_in("小林")
    other = await world.client()
    response = await other.get("/api/v1/session", headers={"Cookie": f"{COOKIE}={old}"})
    assert response.status == 401


async def test_an_idle_session_ends_after_eight_hours(world: World) -> None:
    desk = await world.signed_in("小林")
    world.clock.forward(hours=7, minutes=59)
    assert (await desk.client.get("/api/v1/session")).status == 200
    world.clock.forward(hours=8, minutes=1)
    assert (await desk.client.get("/api/v1/session")).status == 401


async def test_a_used_session_ends_after_a_day(world: World) -> None:
    desk = await world.signed_in("小林")
    for _ in range(23):
        world.clock.forward(hours=1)
        assert (await desk.client.get("/api/v1/session")).status == 200
    world.clock.forward(hours=1, minutes=1)
    assert (await desk.client.get("/api/v1/session")).status == 401


async def test_a_person_chooses_a_language(world: World) -> None:
    desk = await world.signed_in("小林")
    response = await desk.request("PUT", "/api/v1/session/language", json={"language": "en"})
    assert (await response.json())["agent"]["language"] == "en"
    assert (await desk.get("/api/v1/session"))["agent"]["language"] == "en"
    refused = await desk.request("PUT", "/api/v1/session/language", json={"language": "fr"})
    assert refused.status == 400


@pytest.mark.parametrize("header", ["Authorization", "api_access_token"])
async def test_a_program_has_a_token_and_needs_no_other(world: World, header: str) -> None:
    agent = await world.person("小林")
    token = secrets.token_urlsafe(32)
    row = await world.db.write(agents.add_token, agent.id, "reports", token, world.clock())
    client = await world.client()
    headers = {header: f"Bearer {token}" if header == "Authorization" else token}
    body = {"language": "en"}
    response = await client.put("/api/v1/session/language", json=body, headers=headers)
    assert response.status == 200
    await world.db.write(agents.revoke_token, agent.id, row.id, world.clock())
    assert (await client.get("/api/v1/session", headers=headers)).status == 401


async def test_a_wrong_token_is_not_made_good_by_a_cookie(world: World) -> None:
    desk = await world.signed_in("小林")
    response = await desk.request(
        "GET", "/api/v1/session", headers={"Authorization": "Bearer wrong"}
    )
    assert response.status == 401


async def test_the_store_has_no_token_in_clear(world: World, sqlite_url: str) -> None:
    from pathlib import Path

    desk = await world.signed_in("小林")
    token = cookie_of(desk).encode()
    folder = Path(sqlite_url.removeprefix("sqlite:///")).parent
    kept = b"".join(file.read_bytes() for file in folder.glob("triagebot.db*"))
    assert kept
    assert token not in kept
    assert token.partition(b".")[0] not in kept
