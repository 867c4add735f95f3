"""A second factor: set up by oneself, asked for at sign-in, good for once, and a way back."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from tests.conftest import Clock
from tests.desk.conftest import PASSWORD, Desk, World
from triagebot.desk.account import draw
from triagebot.domain.agent import Role, SecondFactorRule
from triagebot.store import second_factors
from triagebot.web import own_password, second_factor, throttle, totp

PATH = "/api/v1/session/second-factor"
RFC_SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"  # the letters 12345678901234567890

VECTORS = {
    59: "94287082",
    1111111109: "07081804",
    1111111111: "14050471",
    1234567890: "89005924",
    2000000000: "69279037",
    20000000000: "65353130",
}
"""RFC 6238, appendix B, SHA-1."""


class Phone:
    """An authenticator app whose clock is the test's."""

    def __init__(self, world: World, secret: str) -> None:
        self._world, self._secret = world, secret

    def code(self, steps: int = 0) -> str:
        now = int(self._world.clock().timestamp()) // totp.STEP
        return totp.code_of(self._secret, now + steps)

    def wrong(self) -> str:
        return str((int(self.code()) + 1) % 10**6).zfill(6)


async def set_up(world: World, desk: Desk, name: str) -> tuple[Phone, list[str]]:
    """Set a second factor up and sign in with it, as the session of before has ended."""
    begun = await desk.post(PATH, {"password": PASSWORD})
    phone = Phone(world, begun["secret"])
    response = await desk.request("PUT", PATH, json={"code": phone.code()})
    assert response.status == 200, await response.text()
    codes = (await response.json())["codes"]
    desk.csrf = (await desk.get("/api/v1/session"))["csrf"]
    world.clock.forward(seconds=totp.STEP)
    return phone, codes


async def sign_in(world: World, name: str, code: str) -> tuple[int, dict[str, str]]:
    body = {"name": name, "password": PASSWORD, "code": code}
    response = await (await world.client()).post("/api/v1/session", json=body)
    return response.status, (await response.json()).get("error", {}).get("fields", {})


@pytest.mark.parametrize(("moment", "code"), VECTORS.items())
def test_codes_are_those_of_the_standard(moment: int, code: str) -> None:
    assert totp.code_of(RFC_SECRET, moment // totp.STEP, digits=8) == code


@pytest.mark.parametrize(("steps", "after", "good"), [
    (0, 0, True), (-1, 0, True), (1, 0, True), (-2, 0, False), (2, 0, False),
    (0, 1000, False), (1, 1000, True), (-1, 999, False),
])  # fmt: skip
def test_a_code_counts_around_its_half_minute_and_once(steps: int, after: int, good: bool) -> None:
    now = datetime.fromtimestamp(1000 * totp.STEP + 7, UTC)
    code = totp.code_of(RFC_SECRET, 1000 + steps)
    assert (totp.step_of(RFC_SECRET, code, now, after) is not None) == good


def test_the_picture_is_the_address_as_a_square_of_modules() -> None:
    found = draw(totp.address(RFC_SECRET, "小林"))
    assert found.path.count("z") > 100
    assert max(int(x) for x in re.findall(r"M(\d+)", found.path)) < found.size - 4


async def test_sign_in_asks_for_a_code_that_is_good_for_once(world: World) -> None:
    desk = await world.signed_in("小林")
    other = await world.signed_in("小林")
    phone, codes = await set_up(world, desk, "小林")
    assert (await other.client.get("/api/v1/session")).status == 401
    assert len(set(codes)) == second_factors.RECOVERY_CODES
    assert await sign_in(world, "小林", "") == (401, {"code": "needed"})
    assert await sign_in(world, "小林", phone.wrong()) == (401, {"code": "wrong"})
    assert await sign_in(world, "小林", phone.code()) == (200, {})
    assert await sign_in(world, "小林", phone.code()) == (401, {"code": "wrong"})
    assert await sign_in(world, "小林", codes[0].upper().replace("-", " ")) == (200, {})
    assert await sign_in(world, "小林", codes[0]) == (401, {"code": "wrong"})


async def test_without_the_note_of_what_was_used_a_code_would_open_twice(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    phone, _ = await set_up(world, await world.signed_in("小林"), "小林")
    monkeypatch.setattr(second_factors, "use_step", lambda *_: True)
    assert await sign_in(world, "小林", phone.code()) == (200, {})
    assert await sign_in(world, "小林", phone.code()) == (200, {})


async def test_guessing_codes_is_slow_and_the_right_password_forgives_nothing(
    world: World,
) -> None:
    phone, _ = await set_up(world, await world.signed_in("小林"), "小林")
    for _ in range(5):
        assert await sign_in(world, "小林", "") == (401, {"code": "needed"})
        assert (await sign_in(world, "小林", phone.wrong()))[0] == 401
    assert (await sign_in(world, "小林", phone.code()))[0] == 429
    assert (await sign_in(world, "小林", ""))[0] == 429
    world.clock.forward(minutes=15)
    assert (await sign_in(world, "小林", phone.code()))[0] == 200


async def guess_around_the_password(world: World) -> tuple[Phone, Desk, int]:
    """Guess twice at sign-in and at the desk, give the right password there and go on."""
    desk = await world.signed_in("小林")
    phone, _ = await set_up(world, desk, "小林")
    for _ in range(2):
        assert await sign_in(world, "小林", phone.wrong()) == (401, {"code": "wrong"})
        await desk.post(PATH + "/removal", {"code": phone.wrong()}, 400)
    await desk.post(PATH, {"password": PASSWORD}, 409)
    await desk.post(PATH + "/recovery-codes", {"code": "aaaa-bbbb-cccc-dddd"}, 400)
    response = await desk.request("POST", PATH + "/removal", json={"code": phone.wrong()})
    return phone, desk, response.status


async def test_guessed_codes_count_together_and_the_password_forgives_none(world: World) -> None:
    phone, desk, status = await guess_around_the_password(world)
    assert status == 429
    assert (await sign_in(world, "小林", phone.code()))[0] == 429
    world.clock.forward(minutes=15)
    assert (await desk.request("POST", PATH + "/removal", json={"code": phone.code()})).status < 300


@pytest.fixture
def one_count(monkeypatch: pytest.MonkeyPatch, clock: Clock) -> None:
    """Plant one count for passwords and codes."""
    shared = throttle.of_guesses(clock)
    for module in (own_password, second_factor):
        monkeypatch.setattr(module, "of_guesses", lambda _: shared)


async def test_in_one_count_the_password_would_buy_more_guesses_at_the_code(
    one_count: None, world: World
) -> None:
    assert (await guess_around_the_password(world))[2] == 400


async def test_one_begins_with_the_password_and_ends_with_a_code(world: World) -> None:
    desk = await world.signed_in("小林")
    await desk.post(PATH, {"password": "wrong horse"}, 400)
    first = await desk.post(PATH, {"password": PASSWORD})
    wrong = await desk.request("PUT", PATH, json={"code": Phone(world, first["secret"]).wrong()})
    assert (await wrong.json())["error"]["fields"] == {"code": "wrong"}
    assert await sign_in(world, "小林", "") == (200, {}), "not confirmed, not asked for"
    world.clock.forward(minutes=16)
    late = await desk.request("PUT", PATH, json={"code": Phone(world, first["secret"]).code()})
    assert (await late.json())["error"]["fields"] == {"second_factor": "begin"}
    phone, codes = await set_up(world, desk, "小林")
    await desk.post(PATH, {"password": PASSWORD}, 409)
    fresh = await desk.post(PATH + "/recovery-codes", {"code": codes[1]})
    assert not set(codes) & set(fresh["codes"])
    await desk.post(PATH + "/removal", {"code": phone.wrong()}, 400)
    assert (await desk.request("POST", PATH + "/removal", json={"code": phone.code()})).status < 300
    assert await sign_in(world, "小林", "") == (200, {})
    await desk.post(PATH + "/removal", {"code": phone.code()}, 409)


async def test_switched_off_nobody_is_asked_and_nobody_begins(world: World) -> None:
    desk = await world.signed_in("小林")
    phone, _ = await set_up(world, desk, "小林")
    world.auth.door = replace(world.auth.door, second_factor=SecondFactorRule.OFF)
    assert await sign_in(world, "小林", "") == (200, {})
    await desk.post(PATH, {"password": PASSWORD}, 409)
    await desk.post(PATH + "/removal", {"code": phone.wrong()}, 400)


async def test_an_admin_takes_away_what_a_colleague_lost_and_it_is_noted(world: World) -> None:
    boss = await world.signed_in("boss", Role.ADMIN)
    phone, codes = await set_up(world, await world.signed_in("小林"), "小林")
    path = f"/api/v1/users/{world.people['小林'].id}/second-factor"
    assert (await boss.request("DELETE", path)).status == 204
    assert (await boss.request("DELETE", path)).status == 404
    own = f"/api/v1/users/{world.people['boss'].id}/second-factor"
    assert (await boss.request("DELETE", own)).status == 409
    assert await sign_in(world, "小林", "") == (200, {})
    log = await boss.get("/api/v1/log")
    assert [(each["who"], each["what"]) for each in log["items"]] == [
        ("boss", "remove_second_factor"),
        ("小林", "set_second_factor"),
    ]
    assert not any(code in str(log) for code in codes)


async def test_where_admins_must_they_open_nothing_before_they_have(world: World) -> None:
    world.auth.door = replace(world.auth.door, second_factor=SecondFactorRule.ADMINS)
    agent = await world.signed_in("小林")
    await agent.get("/api/v1/conversations")
    boss = await world.signed_in("boss", Role.ADMIN)
    refused = await boss.client.get("/api/v1/conversations")
    assert (await refused.json())["error"]["fields"] == {"second_factor": "missing"}
    page = await boss.client.get("/desk/users", allow_redirects=False)
    assert page.headers["Location"] == "/desk/account"
    assert (await boss.client.get("/desk/account")).status == 200
    await set_up(world, boss, "boss")
    await boss.get("/api/v1/conversations")


async def test_no_secret_is_ever_given_again_and_of_codes_only_hashes_are_kept(
    world: World,
) -> None:
    desk = await world.signed_in("boss", Role.ADMIN)
    begun = await desk.post(PATH, {"password": PASSWORD})
    code = Phone(world, begun["secret"]).code()
    response = await desk.request("PUT", PATH, json={"code": code})
    codes = (await response.json())["codes"]
    for path in ("/api/v1/session", "/api/v1/users", "/api/v1/log"):
        assert begun["secret"] not in await (await desk.client.get(path)).text()

    def stored(connection):
        rows = connection.exec_driver_sql("SELECT code_hash FROM recovery_code").scalars()
        return " ".join(rows)

    kept = await world.db.read(stored)
    assert not any(code.replace("-", "") in kept for code in codes)
