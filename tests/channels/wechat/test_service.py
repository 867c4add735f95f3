"""The whole server with one account: Tencent pushes, an agent answers, the fan is reached."""

import asyncio
import json
import logging

import pytest
from agent_at_desk import answer, sign_in, states_of
from wechat_world import APPID, KEY, ORIGINAL, SECRET, TOKEN

from triagebot.app import Server
from triagebot.channels.outbox import Result
from triagebot.channels.wechat.kefu import TYPING
from triagebot.channels.wechat.sent import SendState, Sent
from triagebot.channels.wechat.service import receipt_of
from triagebot.cli.stores import now
from triagebot.fakewechat.pusher import Pusher, event_xml, text_xml
from triagebot.logs import JsonLines
from triagebot.settings import load_settings

FAN = "oFan1"


def says(content, number):
    """What the fan types now, by the machine's own clock."""
    return text_xml(content, msg_id=number, at=int(now().timestamp()))


@pytest.fixture
async def tencent_now(aiohttp_server):
    """Tencent's API on the machine's own clock, as the whole server has it."""
    from triagebot.fakewechat.platform import Platform

    platform = Platform(APPID, SECRET)
    server = await aiohttp_server(platform.app())
    platform.url = str(server.make_url("")).rstrip("/")
    return platform


@pytest.fixture
async def site(request, tmp_path, bundle_folder, tencent_now, aiohttp_client):
    """A running server with the account `main`, somebody who plays Tencent, and an agent.

    A parameter gives further settings.
    """
    models = tmp_path / "models"
    models.mkdir()
    (models / bundle_folder.name).symlink_to(bundle_folder)
    (models / "current.json").write_text(json.dumps({"name": bundle_folder.name}))
    secrets = {"token": TOKEN, "aes_key": KEY, "secret": SECRET}
    for name, value in secrets.items():
        (tmp_path / name).write_text(value)
    overrides = [
        f"database.url=sqlite:///{tmp_path}/store.db",
        f"models.dir={models}",
        f"wechat.main.appid={APPID}",
        f"wechat.main.original_id={ORIGINAL}",
        f"wechat.main.api_url={tencent_now.url}",
        *(f"wechat.main.{name}_file={tmp_path / name}" for name in secrets),
        *getattr(request, "param", ()),
    ]
    server = Server(load_settings(None, {}, overrides)[0], now)
    client = await aiohttp_client(server.app)
    pusher = Pusher(
        client.session,
        str(client.make_url("/wechat/main")),
        token=TOKEN,
        appid=APPID,
        aes_key=KEY,
    )
    return server, client, pusher


async def test_a_fan_is_answered_in_the_callback_and_by_a_person_afterwards(site, tencent_now):
    server, client, pusher = site
    tencent_now.open_window(FAN)
    assert await pusher.verify()

    told = await pusher.push(says("下单后多久发货", 1))
    assert "发货" in told.seen

    held = await pusher.push(says("转人工", 2))
    assert "人工" in held.seen
    assert tencent_now.sent_to(FAN) == []

    headers = await sign_in(server, client)
    path = await answer(client, headers, "您好，我来帮您看。")
    await states_of(client, path, ["delivered"])
    assert tencent_now.sent_to(FAN) == ["您好，我来帮您看。"]


async def test_a_message_is_followed_through_the_log_by_its_numbers(site, tencent_now, caplog):
    server, client, pusher = site
    caplog.set_level(logging.DEBUG, logger="triagebot.steps")
    tencent_now.open_window(FAN)
    await pusher.push(says("转人工，电话 13812345678，订单 JD20241111", 12))
    headers = await sign_in(server, client)
    path = await answer(client, headers, "好的，这就打 13812345678")
    await states_of(client, path, ["delivered"])
    records = [record for record in caplog.records if record.name == "triagebot.steps"]
    lines = [json.loads(JsonLines().format(record)) for record in records]
    received, stored, answered, written, sent = lines
    assert [line["step"] for line in lines] == [
        "received", "stored", "answered", "written", "sent",
    ]  # fmt: skip
    assert stored["delivery"] == received["delivery"]
    assert answered["message_id"] == stored["message_id"]
    assert all(line["message"].startswith(line["step"]) for line in lines)
    assert written["conversation"] == sent["conversation"] == stored["conversation"]
    assert (stored["action"], sent["end"]) == ("human", "delivered")
    assert sent["outbound"] == written["outbound"]
    for secret in ("13812345678", "JD20241111", FAN, "转人工", "这就打", TOKEN, SECRET):
        assert secret not in caplog.text + json.dumps(lines, ensure_ascii=False)


async def test_three_deliveries_at_once_give_one_reply_and_one_message(site):
    server, _, pusher = site
    pushed = await pusher.push_at_once(says("下单后多久发货", 7), 3)
    assert all(verdict.kind == "reply" for verdict in pushed.verdicts)
    assert len({verdict.content for verdict in pushed.verdicts}) == 1
    stored = await server.db.read(
        lambda c: c.exec_driver_sql("SELECT count(*) FROM message").scalar_one()
    )
    assert stored == 1


@pytest.mark.parametrize("site", [["turns.wechat=0.5"]], indirect=True)
async def test_a_burst_is_answered_once_in_the_request_of_its_last_message(site):
    _, _, pusher = site
    words = ("下单后多久发货", "怎么开发票")
    first, last = await asyncio.gather(
        *(pusher.push(says(text, number)) for number, text in enumerate(words, 50))
    )
    assert first.verdicts[0].kind == "success"
    assert "发货" in last.seen
    assert "发票" in last.seen


@pytest.mark.parametrize(
    ("site", "times"), [([], 0), (["wechat.main.show_typing=true"], 1)], indirect=["site"]
)
async def test_a_fan_sees_their_agent_writing_where_that_is_set(site, tencent_now, times):
    server, client, pusher = site
    tencent_now.open_window(FAN)
    await pusher.push(says("转人工", 61))
    headers = await sign_in(server, client)
    listed = await (await client.get("/api/v1/conversations?view=open")).json()
    path = f"/api/v1/conversations/{listed['items'][0]['id']}"

    async def types():
        response = await client.post(f"{path}/typing", headers=headers)
        assert response.status == 204
        return tencent_now.calls[TYPING]

    assert await types() == 0  # nobody has the conversation yet
    taken = await client.post(f"{path}/take", json={}, headers=headers)
    assert taken.status == 200, await taken.text()
    assert await types() == times


async def test_a_closed_window_fails_with_words_and_is_not_sent_again(site, tencent_now):
    server, client, pusher = site
    tencent_now.follow(FAN)
    await pusher.push(says("转人工", 3))
    headers = await sign_in(server, client)
    path = await answer(client, headers, "还在吗")
    thread = await states_of(client, path, ["failed"])
    assert [item["detail"] for item in thread if item["from"] == "agent"]
    assert tencent_now.sent_to(FAN) == []


async def test_a_new_follower_is_welcomed_and_an_unfollow_is_stored_silently(site):
    _, _, pusher = site
    welcomed = await pusher.push(event_xml("subscribe"))
    assert "欢迎" in welcomed.seen
    gone = await pusher.push(event_xml("unsubscribe"))
    assert [verdict.kind for verdict in gone.verdicts] == ["success"]


@pytest.mark.parametrize(
    ("sent", "result"),
    [
        (Sent(SendState.DELIVERED, sent=1), Result.DELIVERED),
        (Sent(SendState.EMPTY), Result.DELIVERED),
        (Sent(SendState.NOT_SENT), Result.NOT_TAKEN),
        (Sent(SendState.QUOTA_USED, errcode=45011), Result.NOT_TAKEN),
        (Sent(SendState.WINDOW_CLOSED, errcode=45015), Result.REFUSED),
        (Sent(SendState.MESSAGES_USED, errcode=45047), Result.HELD),
        (Sent(SendState.NOT_ENTITLED), Result.REFUSED),
        (Sent(SendState.UNCERTAIN), Result.UNCERTAIN),
        (Sent(SendState.NOT_SENT, sent=1), Result.UNCERTAIN),
    ],
)
def test_what_may_have_gone_out_is_never_tried_again(sent, result):
    assert receipt_of(sent, now()).result is result
