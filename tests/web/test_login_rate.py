"""Guessing is slow: per name and per address, and for no longer than it must."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from tests.desk.conftest import Desk, World
from triagebot.web.auth import Door


async def test_the_sixth_wrong_password_is_not_even_looked_at(world: World) -> None:
    await world.person("小林")
    desk = Desk(await world.client())
    for _ in range(5):
        assert (await desk.sign_in("小林", "wrong horse")).status == 401
    response = await desk.sign_in("小林")
    assert response.status == 429
    assert response.headers["Retry-After"] == "900"
    world.clock.forward(minutes=15)
    assert (await desk.sign_in("小林")).status == 200


async def test_one_address_cannot_try_many_names(world: World) -> None:
    desk = Desk(await world.client())
    for number in range(5):
        await desk.sign_in(f"name {number}", "wrong horse")
    assert (await desk.sign_in("name 6", "wrong horse")).status == 429


async def test_a_right_password_forgives_the_tries_of_the_name_only(world: World) -> None:
    await world.person("小林")
    desk = Desk(await world.client())
    for _ in range(4):
        await desk.sign_in("小林", "wrong horse")
    for _ in range(3):
        assert (await desk.sign_in("小林")).status == 200
    await desk.sign_in("小周", "wrong horse")
    assert (await desk.sign_in("小林")).status == 429


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        ((), "1.2.3.4", "127.0.0.1"),
        (("127.0.0.1",), "1.2.3.4", "1.2.3.4"),
        (("127.0.0.1",), "9.9.9.9, 1.2.3.4", "1.2.3.4"),
        (("127.0.0.1",), None, "127.0.0.1"),
        (("10.0.0.1",), "1.2.3.4", "127.0.0.1"),
    ],
)
def test_only_a_known_proxy_says_who_calls(proxies, forwarded, address) -> None:
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    request = SimpleNamespace(remote="127.0.0.1", headers=headers)
    assert Door(proxies=proxies).address(request) == address
