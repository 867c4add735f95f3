"""A program made for Chatwoot lists, reads, writes, hands over and labels as it is used to."""

import pytest

from triagebot.domain.agent import Role
from triagebot.store import fans

BASE = "/api/v1/accounts/1"


class Program:
    """A client with a token."""

    def __init__(self, client, token):
        self.client, self.headers = client, {"api_access_token": token}

    async def call(self, method, path, body=None, status=200, **headers):
        response = await self.client.request(
            method, path, json=body, headers={**self.headers, **headers}
        )
        assert response.status == status, await response.text()
        return await response.json() if status != 204 else None

    async def get(self, path, status=200):
        return await self.call("GET", path, None, status)

    async def post(self, path, body, status=200, **headers):
        return await self.call("POST", path, body, status, **headers)


@pytest.fixture
def program(world):
    async def made(name="bot", role=Role.AGENT):
        desk = await world.signed_in(name, role)
        token = (await desk.post("/api/v1/tokens", {"name": "it"}, 201))["token"]
        return Program(await world.client(), token)

    return made


@pytest.fixture
async def complaint(world):
    return (await world.fan_says("我要投诉")).conversation_id


async def test_lists_have_pages_and_counts(world, program, complaint):
    await world.fan_says("什么时候发货", fan="fan-two-2222")
    client = await program()
    page = (await client.get(f"{BASE}/conversations"))["data"]
    assert page["meta"] == {
        "mine_count": 0, "unassigned_count": 1, "assigned_count": 0, "all_count": 1,
    }  # fmt: skip
    (row,) = page["payload"]
    assert (row["id"], row["status"], row["can_reply"]) == (complaint, "open", True)
    everything = await client.get(f"{BASE}/conversations?status=all&assignee_type=unassigned")
    assert len(everything["data"]["payload"]) == 2
    assert (await client.get(f"{BASE}/conversations?page=2"))["data"]["payload"] == []
    await client.get(f"{BASE}/conversations?status=gone", 400)
    await client.get(f"{BASE}/conversations/999", 404)


async def test_a_thread_has_fan_bot_and_agent_in_order(world, program, complaint):
    client = await program()
    sent = await client.post(f"{BASE}/conversations/{complaint}/messages", {"content": "您好"})
    assert (sent["message_type"], sent["status"], sent["sender"]["name"]) == (
        "outgoing", "progress", "bot",
    )  # fmt: skip
    shown = await client.get(f"{BASE}/conversations/{complaint}")
    assert [line["message_type"] for line in shown["messages"]] == [
        "incoming", "template", "outgoing",
    ]  # fmt: skip
    assert shown["meta"]["assignee"]["name"] == "bot"
    assert len({line["id"] for line in shown["messages"]}) == 3


async def test_older_lines_come_before_a_fans_message(world, program, complaint):
    for number in range(45):
        await world.fan_says(f"第{number}句")
    client, seen, before = await program(), [], ""
    while True:
        path = f"{BASE}/conversations/{complaint}/messages{before}"
        lines = (await client.get(path))["payload"]
        said = [line for line in lines if line["message_type"] == "incoming"]
        if not said:
            break
        seen = [line["content"] for line in said] + seen
        before = f"?before={said[0]['id']}"
    assert seen == ["我要投诉", *(f"第{number}句" for number in range(45))]


async def test_the_same_key_is_the_same_message(program, complaint):
    client, path = await program(), f"{BASE}/conversations/{complaint}/messages"
    for body, headers in (({"content": "您好", "echo_id": "k-1"}, {}),
                          ({"content": "您好"}, {"Idempotency-Key": "k-2"})):  # fmt: skip
        first = await client.post(path, body, **headers)
        assert (await client.post(path, body, **headers))["id"] == first["id"]
    other = await client.post(path, {"content": "您好"})
    assert (await client.post(path, {"content": "您好"}))["id"] != other["id"]


async def test_what_cannot_be_written_is_refused(program, complaint):
    client, path = await program(), f"{BASE}/conversations/{complaint}/messages"
    bodies = [{"content": words} for words in ("", " ", "x" * 4001)]
    more = [{"content": " ", "private": True}, {"content": "x", "message_type": "incoming"}, {}]
    for body in bodies + more:
        await client.post(path, body, 400)


async def test_the_status_changes_and_changes_back(program, complaint):
    client, path = await program(), f"{BASE}/conversations/{complaint}/toggle_status"
    for body, status in (({}, "resolved"), ({}, "open"), ({"status": "pending"}, "pending"),
                         ({"status": "open"}, "open"), ({"status": "open"}, "open")):  # fmt: skip
        changed = await client.post(path, body)
        assert changed["payload"]["current_status"] == status
    await client.post(path, {"status": "gone"}, 400)


async def test_a_conversation_is_put_aside_and_comes_back(world, program, complaint):
    client, path = await program(), f"{BASE}/conversations/{complaint}/toggle_status"
    until = int(world.clock().timestamp()) + 3600
    body = {"status": "snoozed", "snoozed_until": until}
    assert (await client.post(path, body))["payload"]["current_status"] == "snoozed"
    desk = await world.signed_in("小林")
    row = await desk.get(f"/api/v1/conversations/{complaint}")
    assert row["conversation"]["status"] == "snoozed"
    other = await program("other")
    await other.post(path, {"status": "open"}, 409)
    changed = await client.post(path, {"status": "open"})
    assert changed["payload"]["current_status"] == "open"
    assert (await client.post(path, {"status": "snoozed"}))["payload"][
        "current_status"
    ] == "snoozed"
    await world.fan_says("还在吗")
    assert (await client.get(f"{BASE}/conversations/{complaint}"))["status"] == "open"
    for over in (until - 7200, -1, 2**40):
        await client.post(path, {"status": "snoozed", "snoozed_until": over}, 400)


async def test_a_private_note_is_for_colleagues_only(world, program, complaint):
    client, path = await program(), f"{BASE}/conversations/{complaint}/messages"
    note = await client.post(path, {"content": "他上周也问过", "private": True})
    assert (note["private"], note["sender"]["name"]) == (True, "bot")
    shown = (await client.get(path))["payload"]
    assert [line["content"] for line in shown if line["private"]] == ["他上周也问过"]
    assert len({line["id"] for line in shown}) == len(shown)
    assert (await client.get(f"{BASE}/conversations/{complaint}"))["meta"]["assignee"] is None
    queued = await world.db.read(lambda c: c.exec_driver_sql("SELECT * FROM outbound").all())
    assert queued == []
    await client.post(f"{BASE}/conversations/999/messages", {"content": "x", "private": True}, 404)


async def test_a_conversation_is_given_away_and_back(world, program, complaint):
    client, path = await program(), f"{BASE}/conversations/{complaint}/assignments"
    lin = await world.person("小林")
    me = (await client.get("/api/v1/profile"))["id"]
    assert (await client.post(path, {"assignee_id": me}))["id"] == me
    assert (await client.post(path, {"assignee_id": lin.id}))["name"] == "小林"
    error = (await client.post(path, {"assignee_id": me}, 409))["error"]
    assert error["fields"] == {"holder": "小林"}
    await client.post(path, {"assignee_id": 999}, 409)
    lead = await program("lead", Role.LEAD)
    assert await lead.post(path, {"assignee_id": None}) == {}
    await lead.post(path, {"assignee_id": 999}, 404)
    names = [person["name"] for person in await client.get(f"{BASE}/agents")]
    assert {"小林", "bot", "lead"} <= set(names)


async def test_labels_are_the_fans_tags(program, complaint):
    client, path = await program(), f"{BASE}/conversations/{complaint}/labels"
    assert await client.get(path) == {"payload": []}
    assert await client.post(path, {"labels": ["内测"]}) == {"payload": ["内测"]}
    assert (await client.get(f"{BASE}/conversations/{complaint}"))["labels"] == ["内测"]
    await client.post(path, {"labels": ["字" * 11]}, 400)


async def test_contacts_are_for_those_who_may_see_whole_ids(world, program, complaint):
    await world.db.write(fans.note_new, world.clock())
    await (await program()).get(f"{BASE}/contacts", 403)
    client = await program("ops", Role.OPS)
    page = await client.get(f"{BASE}/contacts")
    assert page["meta"] == {"count": 1, "current_page": 1}
    (contact,) = page["payload"]
    assert (contact["identifier"], contact["name"]) == ("fan-1234", "1234")
    path = f"{BASE}/contacts/{contact['id']}"
    assert (await client.get(path))["payload"] == contact
    (talk,) = (await client.get(f"{path}/conversations"))["payload"]
    assert talk["id"] == complaint
    assert (await client.get(f"{BASE}/contacts/search?q=1234"))["payload"] == [contact]
    assert (await client.get(f"{BASE}/contacts/search?q=99"))["payload"] == []
    await client.get(f"{BASE}/contacts/999", 404)


async def test_webhooks_are_kept_in_chatwoots_way(world, program):
    client = await program("boss", Role.ADMIN)
    path = f"{BASE}/webhooks"
    body = {"url": "https://example.com/x", "subscriptions": ["message_created", "webwidget_x"]}
    made = (await client.post(path, body))["payload"]["webhook"]
    assert (made["subscriptions"], made["secret"][:6]) == (["message_created"], "whsec_")
    (listed,) = (await client.get(path))["payload"]["webhooks"]
    assert "secret" not in listed
    await client.call("DELETE", f"{path}/{made['id']}", None, 204)
    await client.post(path, {**body, "subscriptions": ["webwidget_x"]}, 400)
    await client.post(path, {**body, "url": "http://127.0.0.1/"}, 400)
