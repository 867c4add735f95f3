"""The whole server with several accounts, each with its own rules, asked by a real HTTP client."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import pytest
import pytest_asyncio
from agent_at_desk import answer_in, sign_in, states_of
from aiohttp.test_utils import TestClient, TestServer
from wechat_world import APPID, KEY, OLD_KEY, OLD_TOKEN, SECRET, TOKEN, post

from triagebot.app import Server
from triagebot.cli.stores import now
from triagebot.domain.conversation import Status
from triagebot.domain.decision import Reason
from triagebot.fakewechat.platform import Platform
from triagebot.fakewechat.pusher import Pusher, text_xml
from triagebot.settings import load_settings
from triagebot.store import conversations, messages

QUESTION = "下单后多久发货"
SHOP = "gh_the_shop"
SHOP_TOKEN = "tokenShop1"

SECRETS = {
    "one_token": TOKEN,
    "one_key": KEY,
    "tokens": f"{TOKEN}\n{OLD_TOKEN}",
    "keys": f"{KEY}\n{OLD_KEY}",
    "shop_token": SHOP_TOKEN,
    "secret": SECRET,
}
ONE = """appid = "{appid}"
token_file = "{folder}/one_token"
aes_key_file = "{folder}/one_key"
"""
SETTINGS = f"""
[database]
url = "sqlite:///{{folder}}/store.db"
[models]
dir = "{{models}}"
[wechat.main]
{ONE}
[wechat.shop]
appid = "wx00000000000000bb"
original_id = "{SHOP}"
mode = "plain"
token_file = "{{folder}}/shop_token"
[wechat.rotating]
appid = "{{appid}}"
token_file = "{{folder}}/tokens"
aes_key_file = "{{folder}}/keys"
[wechat.near]
allow_ips = ["127.0.0.0/8"]
{ONE}
[wechat.far]
allow_ips = ["101.226.103.0/25"]
{ONE}
[wechat.fresh]
freshness_seconds = 300
{ONE}
[wechat.small]
passive_only = true
secret_file = "{{folder}}/secret"
api_url = "{{api}}"
{ONE}
"""

pytestmark = pytest.mark.asyncio(loop_scope="module")


@dataclass
class Site:
    server: Server
    client: TestClient
    tencent: Platform

    def pusher(self, name="main", **more):
        """Somebody who plays Tencent to one account, with the newest token and key."""
        values = {"token": TOKEN, "appid": APPID, "aes_key": KEY, **more}
        url = str(self.client.make_url(f"/wechat/{name}"))
        return Pusher(self.client.session, url, **values)

    async def stored(self, channel, fan):
        """Return the channel, status and reasons of what is stored of a fan."""
        row = await self.server.db.read(conversations.find, channel, fan)
        if row is None:
            return None
        thread = await self.server.db.read(messages.thread, row.id)
        return row.status, [message.decision.reason for message in thread]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def site(promoted_models, tmp_path_factory):
    """One running server for all: starting it is what costs time."""
    folder, platform = tmp_path_factory.mktemp("accounts"), Platform(APPID, SECRET)
    for name, value in SECRETS.items():
        (folder / name).write_text(value)
    async with TestServer(platform.app()) as api:
        settings = SETTINGS.format(
            folder=folder, models=promoted_models, appid=APPID, api=api.make_url("")
        )
        (folder / "triagebot.toml").write_text(settings)
        server = Server(load_settings(folder / "triagebot.toml", {})[0], now)
        async with TestClient(TestServer(server.app)) as client:
            yield Site(server, client, platform)


def says(content, number, **more):
    return text_xml(content, msg_id=number, at=int(now().timestamp()), **more)


async def test_two_accounts_in_one_server_share_neither_keys_nor_fans(site):
    main = site.pusher()
    shop = site.pusher("shop", token=SHOP_TOKEN, aes_key="", mode="plain")
    assert await main.verify()
    assert await shop.verify()
    first = await main.push(says(QUESTION, 1))
    second = await shop.push(says("转人工", 1, to=SHOP))  # the same fan and the same MsgId
    assert "发货" in first.seen
    assert "人工" in second.seen
    assert (await site.stored("wechat:main", "oFan1"))[0] is Status.PENDING
    assert (await site.stored("wechat:shop", "oFan1"))[0] is Status.OPEN


@pytest.mark.parametrize(
    ("name", "more"),
    [
        ("shop", {}),
        ("main", {"token": SHOP_TOKEN}),
        ("main", {"token": SHOP_TOKEN, "aes_key": "", "mode": "plain"}),
        ("nobody", {}),
    ],
)
async def test_who_has_another_accounts_secrets_is_refused(site, name, more):
    stranger = site.pusher(name, **more)
    assert not await stranger.verify()
    query, body = stranger.request(says("转人工", 2, fan="oStranger", to=SHOP))
    assert (await post(stranger, query, body))[0] == 403
    assert await site.stored(f"wechat:{name}", "oStranger") is None


async def test_while_rotating_both_tokens_and_keys_are_taken_in_any_pair(site):
    pairs = [(token, key) for token in (TOKEN, OLD_TOKEN) for key in (KEY, OLD_KEY)]
    for number, (token, key) in enumerate(pairs):
        pusher = site.pusher("rotating", token=token, aes_key=key)
        assert await pusher.verify()
        push = await pusher.push(says(QUESTION, number, fan=f"oRotating{number}"))
        # The reply could be opened with the token and the key that its message came with.
        assert push.verdicts[0].kind == "reply"
    third = site.pusher("rotating", token="tokenNever1")
    assert (await post(third, *third.request(says(QUESTION, 9))))[0] == 403


@pytest.mark.parametrize(("name", "status"), [("near", 200), ("far", 403), ("main", 200)])
async def test_an_account_with_a_list_of_addresses_keeps_to_it(site, name, status):
    pusher = site.pusher(name)
    assert await pusher.verify() == (status == 200)
    assert (await post(pusher, *pusher.request(says(QUESTION, 1, fan="oListed"))))[0] == status
    assert (await site.stored(f"wechat:{name}", "oListed") is not None) == (status == 200)


@pytest.mark.parametrize(("offset", "status"), [(-330, 403), (-270, 200), (270, 200), (330, 403)])
async def test_a_request_from_outside_the_freshness_window_is_refused(site, offset, status):
    pusher = site.pusher("fresh", now=lambda: now().timestamp() + offset)
    assert (await post(pusher, *pusher.request(says(QUESTION, 1))))[0] == status
    assert await pusher.verify() == (status == 200)


async def test_a_passive_only_account_answers_in_requests_and_sends_nothing(site):
    pusher, fan = site.pusher("small"), "oSmall1"
    site.tencent.open_window(fan)
    assert "发货" in (await pusher.push(says(QUESTION, 1, fan=fan))).seen
    assert "人工" in (await pusher.push(says("转人工", 2, fan=fan))).seen
    row = await site.server.db.read(conversations.find, "wechat:small", fan)
    headers = await sign_in(site.server, site.client)
    path = await answer_in(site.client, headers, row.id, "您好，我来帮您看。")
    thread = await states_of(site.client, path, ["failed"])
    assert all(item["detail"] for item in thread if item["from"] == "agent")
    assert site.tencent.sent_to(fan) == []


async def test_a_message_whose_handler_dies_is_success_and_waits_for_a_person(
    site, monkeypatch, caplog
):
    def die(*_):
        raise RuntimeError("bug")

    monkeypatch.setattr("triagebot.intake.accept.conclude", die)
    sent = [says(QUESTION, number, fan=f"oUnlucky{number}") for number in range(3)]
    pushes = await asyncio.gather(*(site.pusher().push(xml) for xml in sent))
    assert [push.verdicts[0].kind for push in pushes] == ["success"] * 3
    for number in range(3):
        stored = await site.stored("wechat:main", f"oUnlucky{number}")
        assert stored == (Status.OPEN, [Reason.FAULT])
    assert QUESTION not in caplog.text
