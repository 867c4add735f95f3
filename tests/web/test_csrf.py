"""Only our own pages change anything; what is let in and what is refused share one set-up."""

from __future__ import annotations

import pytest

from tests.desk.conftest import PASSWORD, World

SAME, OTHER = "http://{host}", "https://evil.example"
ORIGINS = [
    pytest.param({}, 200, id="no origin"),
    pytest.param({"Origin": SAME}, 200, id="our origin"),
    pytest.param({"Origin": SAME, "Sec-Fetch-Site": "same-origin"}, 200, id="our page"),
    pytest.param({"Origin": OTHER}, 403, id="other origin"),
    pytest.param({"Origin": "null"}, 403, id="no page at all"),
    pytest.param({"Origin": SAME + ".evil.example"}, 403, id="origin that begins as ours"),
    pytest.param({"Sec-Fetch-Site": "cross-site"}, 403, id="other site"),
    pytest.param({"X-CSRF-Token": ""}, 403, id="no token"),
    pytest.param({"X-CSRF-Token": "x" * 43}, 403, id="wrong token"),
    pytest.param({"X-CSRF-Token": "票"}, 403, id="a token of other letters"),
]


@pytest.mark.parametrize(("headers", "status"), ORIGINS)
async def test_only_our_own_pages_change_anything(
    world: World, headers: dict[str, str], status: int
) -> None:
    desk = await world.signed_in("小林")
    host = f"{desk.client.host}:{desk.client.port}"
    sent = {name: value.format(host=host) for name, value in headers.items()}
    response = await desk.request(
        "PUT", "/api/v1/session/language", json={"language": "en"}, headers=sent
    )
    assert response.status == status
    language = (await desk.get("/api/v1/session"))["agent"]["language"]
    assert language == ("en" if status == 200 else "zh")


async def test_the_token_of_another_session_is_refused(world: World) -> None:
    desk, other = await world.signed_in("小林"), await world.signed_in("小周")
    desk.csrf = other.csrf
    response = await desk.request("PUT", "/api/v1/session/language", json={"language": "en"})
    assert response.status == 403


@pytest.mark.parametrize(("origin", "status"), [(OTHER, 403), (SAME, 200)])
async def test_nobody_is_signed_in_by_another_site(world: World, origin: str, status: int) -> None:
    await world.person("小林")
    client = await world.client()
    response = await client.post(
        "/api/v1/session",
        json={"name": "小林", "password": PASSWORD},
        headers={"Origin": origin.format(host=f"{client.host}:{client.port}")},
    )
    assert response.status == status
