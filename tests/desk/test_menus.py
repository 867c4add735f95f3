"""Ops draft WeChat's menu, see what would change, publish it once typed, and take it back."""

from __future__ import annotations

import aiohttp
import pytest

from tests.desk.conftest import World
from triagebot.channels.wechat.account import Account
from triagebot.channels.wechat.connection import api_of
from triagebot.domain.agent import Role
from triagebot.fakewechat.platform import Platform

PATH = "/api/v1/menus/main"
APPID, SECRET = "wx00000000000000aa", "0123456789abcdef0123456789abcdef"
SHOP = {"name": "商城", "type": "view", "url": "https://shop.example.com"}
OURS = "button:\n- name: 人工\n  type: click\n  key: TRIAGE_HUMAN\n"


@pytest.fixture
async def platform(world: World, aiohttp_server):
    """WeChat's API with a menu that its own console made."""
    platform = Platform(APPID, SECRET, now=lambda: int(world.clock().timestamp()))
    platform.menu = {"button": [SHOP]}
    server = await aiohttp_server(platform.app())
    async with aiohttp.ClientSession() as session:
        account = Account("main", APPID, tokens=("tokenOne1",), mode="plain", secret=SECRET)
        url = str(server.make_url("")).rstrip("/")
        world.apis["wechat:main"] = api_of(account, session, world.clock, url)
        yield platform


@pytest.fixture
async def ops(world: World, platform: Platform):
    return await world.signed_in("yunying", Role.OPS)


async def refused(desk, method, path, body):
    response = await desk.request(method, path, json=body)
    return response.status, (await response.json())["error"]["fields"]


async def test_a_menu_is_drafted_published_and_the_one_before_comes_back(world, platform, ops):
    await ops.request("PUT", PATH + "/draft", json={"text": OURS})
    state = await ops.get(PATH)
    assert (state["seen"], state["versions"]) == (1, [])
    assert "-- name: 商城" in state["diff"]
    assert "+- name: 人工" in state["diff"]
    assert platform.menu["button"] == [SHOP]

    wrong = await refused(ops, "POST", PATH + "/publish", {"confirm": "mian"})
    assert (wrong, platform.menu["button"]) == ((400, {"confirm": "name"}), [SHOP])
    state = await ops.post(PATH + "/publish", {"confirm": "main"})
    assert platform.menu["button"][0]["key"] == "TRIAGE_HUMAN"
    assert (state["draft"], [each["by"] for each in state["versions"]]) == (
        None,
        ["yunying", "WeChat"],
    )
    first = state["versions"][-1]["id"]
    await ops.post(PATH + "/publish", {"confirm": "main", "version": first})
    assert platform.menu["button"] == [SHOP]
    log = (await ops.get("/api/v1/log"))["items"]
    assert [(each["what"], each["who"]) for each in log[:1]] == [("publish_menu", "yunying")]


async def test_where_there_was_none_taking_back_removes_it(platform, ops):
    platform.menu = {}
    await ops.request("PUT", PATH + "/draft", json={"text": OURS})
    state = await ops.post(PATH + "/publish", {"confirm": "main"})
    none = state["versions"][-1]
    assert none["text"] is None
    state = await ops.post(PATH + "/publish", {"confirm": "main", "version": none["id"]})
    assert (platform.menu, state["there"]) == ({}, "")


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("button: [", {"menu": "yaml", "place": "", "field": "yaml"}),
        ("x: 1", {"menu": "missing", "place": "button", "field": "missing"}),
        (
            "button:\n- name: 一二三四五六\n  type: view\n",
            {"menu": "name", "place": "button[1]", "field": "name"},
        ),
        (
            "button:\n- name: 商城\n  type: view\n",
            {"menu": "field", "place": "button[1]", "field": "url"},
        ),
    ],
)
async def test_a_menu_that_wechat_would_refuse_is_no_draft(ops, text, fields):
    assert await refused(ops, "PUT", PATH + "/draft", {"text": text}) == (400, fields)


async def test_two_who_write_at_once_do_not_overwrite_each_other(world, ops):
    await ops.request("PUT", PATH + "/draft", json={"text": OURS})
    assert (await refused(ops, "PUT", PATH + "/draft", {"text": OURS}))[0] == 409
    assert (await refused(ops, "PUT", "/api/v1/menus/other/draft", {"text": OURS}))[0] == 404
    assert (await refused(ops, "POST", PATH + "/publish", {"confirm": "main", "version": "x"}))[
        0
    ] == 404


async def test_what_wechat_refuses_is_not_noted_as_published(world, platform, ops):
    await ops.request("PUT", PATH + "/draft", json={"text": OURS})
    platform.knobs.only_path, platform.knobs.errcodes = "/cgi-bin/menu/create", [48001]
    assert (await ops.request("POST", PATH + "/publish", json={"confirm": "main"})).status == 502
    state = await ops.get(PATH)
    assert (state["versions"], state["draft"] is not None) == ([], True)
