"""Pages go to those who are signed in; what they carry is escaped."""

from __future__ import annotations

import json
import re

import pytest

from tests.desk.conftest import Desk, World
from triagebot.web.middleware import CSP


@pytest.mark.parametrize(
    ("path", "target"), [("/", "/desk"), ("/desk", "/login"), ("/desk/inbox", "/login")]
)
async def test_signed_out_all_ways_lead_to_the_sign_in(
    world: World, path: str, target: str
) -> None:
    response = await (await world.client()).get(path, allow_redirects=False)
    assert (response.status, response.headers["Location"]) == (303, target)


async def test_signed_in_the_desk_has_session_and_sentences(world: World) -> None:
    desk = await world.signed_in("</script><b>林")
    response = await desk.client.get("/desk/inbox")
    text = await response.text()
    assert response.headers["Content-Security-Policy"] == CSP
    assert "<b>" not in text
    page = json.loads(re.search(r'id="page-data">(.*?)</script>', text)[1])
    assert page["session"]["agent"]["name"] == "</script><b>林"
    assert page["session"]["csrf"] == desk.csrf
    assert page["messages"] == {"title": "客服台"}
    assert (await desk.client.get("/login", allow_redirects=False)).status == 303


@pytest.mark.parametrize(
    ("wanted", "title"), [("en-GB", "Desk"), ("zh-CN", "客服台"), ("", "客服台")]
)
async def test_the_sign_in_speaks_the_language_of_the_browser(
    world: World, wanted: str, title: str
) -> None:
    client = await world.client()
    response = await client.get("/login", headers={"Accept-Language": wanted})
    assert title in await response.text()


async def test_a_page_that_does_not_exist_has_the_one_error_shape(world: World) -> None:
    desk = Desk(await world.client())
    response = await desk.client.get("/nothing")
    assert response.status == 404
    assert (await response.json())["error"]["code"] == "not_found"
