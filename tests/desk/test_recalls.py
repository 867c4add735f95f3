"""A wrong answer is taken back: whoever was told gets the correction, once, after a minute."""

from datetime import timedelta

import pytest

from triagebot.desk.clearing_sends import ClearingSends
from triagebot.domain.agent import Role
from triagebot.store import moments, outbound

PATH = "/api/v1/recalls"


@pytest.fixture
async def ops(world):
    return await world.signed_in("ops", Role.OPS)


@pytest.fixture
def sends(world):
    return ClearingSends(world.db, world.clock, lambda: None, lambda: 2)


def span(world, **more):
    now = world.clock()
    since, until = now - timedelta(hours=1), now + timedelta(seconds=1)
    return {
        "answer": "delivery/when",
        "since": since.isoformat(),
        "until": until.isoformat(),
        **more,
    }


async def told(world, *fans):
    for fan in fans:
        await world.fan_says("什么时候发货", fan)


async def corrections(world):
    rows = [await world.db.read(outbound.thread, number) for number in range(1, 8)]
    return [[row.text for row in each] for each in rows if each]


async def test_everybody_who_was_told_gets_it_once_at_the_pace(world, ops, sends):
    await told(world, "a", "b", "c")
    await world.fan_says("什么时候发货呀", "a")
    await world.fan_says("随便聊聊", "d")
    assert (await ops.post(PATH + "/reach", span(world)))["told"] == 3
    ordered = await ops.post(PATH, span(world, text="更正：明天发"), 201)
    assert (ordered["state"], ordered["waiting"]) == ("held", 3)
    await sends.work()
    assert await corrections(world) == []
    world.clock.forward(seconds=61)
    for gone in (2, 3, 3):
        await sends.work()
        assert len(await corrections(world)) == gone
    assert await corrections(world) == [["更正：明天发"]] * 3
    (listed,) = await ops.get(PATH)
    assert (listed["state"], listed["sent"], listed["by"]) == ("done", 3, "ops")


async def test_it_can_be_taken_back_until_it_leaves(world, ops, sends):
    await told(world, "a")
    ordered = await ops.post(PATH, span(world, text="更正"), 201)
    undone = await ops.post(f"{PATH}/{ordered['id']}/undo")
    assert (undone["state"], undone["undone"]) == ("undone", 1)
    world.clock.forward(minutes=2)
    await sends.work()
    assert await corrections(world) == []
    late = await ops.post(PATH, span(world, text="更正"), 201)
    world.clock.forward(minutes=2)
    await ops.post(f"{PATH}/{late['id']}/undo", status=409)
    assert [each["what"] for each in (await ops.get("/api/v1/log"))["items"]] == [
        "recall",
        "undo_recall",
        "recall",
    ]


async def test_whom_an_agent_told_by_one_decision_for_many_gets_it_too(world, ops, sends):
    await world.fan_says("投诉", "a")
    await world.fan_says("投诉", "b")
    agent = await world.signed_in("li")
    rows = (await agent.get("/api/v1/conversations?view=waiting"))["items"]
    targets = [
        {"conversation_id": row["id"], "message_id": row["id"], "newest_id": row["id"]}
        for row in rows
    ]
    given = {"targets": targets, "text": "48 小时内发货", "answer": "delivery/when"}
    await agent.post("/api/v1/clearings", {**given, "answer": "delivery/none"}, 400)
    await agent.post("/api/v1/clearings", given, 201)
    assert (await ops.post(PATH + "/reach", span(world)))["told"] == 0, "nothing has left yet"
    world.clock.forward(seconds=61)
    await sends.work()
    assert (await ops.post(PATH + "/reach", span(world)))["told"] == 2
    await ops.post(PATH, span(world, text="更正：明天发"), 201)
    world.clock.forward(seconds=61)
    await sends.work()
    assert await corrections(world) == [["48 小时内发货", "更正：明天发"]] * 2


async def test_whom_an_agent_told_in_a_reply_of_their_own_gets_it_too(world, ops, sends):
    path = "/api/v1/answers/delivery/when"
    wrong = {"question": "什么时候发货", "text": "{brand}100%_今天发"}
    await ops.request("PUT", path + "/draft", json=wrong)
    await ops.post(path + "/publish")
    agent = await world.signed_in("li")
    replies = ("您好！小样100%_今天发，谢谢", "小样三天内发货", "小样100万今天发", "好的")
    for fan, text in enumerate(replies):
        number = (await world.fan_says("投诉", f"fan-{fan}")).conversation_id
        body = {"text": text, "client_id": f"{fan:032}"}
        await agent.post(f"/api/v1/conversations/{number}/messages", body, 201)
    # What was wrong is published no more; the replies had its words, or those before.
    await ops.request("PUT", path + "/draft", json={**wrong, "text": "明天发货，请等等", "seen": 0})
    await ops.post(path + "/publish")
    assert (await ops.post(PATH + "/reach", span(world)))["told"] == 2
    await ops.post(PATH, span(world, text="更正：小样三天内发货"), 201)
    world.clock.forward(seconds=61)
    await sends.work()
    assert [len(each) for each in await corrections(world)] == [2, 2, 1, 1]
    # A correction tells the right answer; it is not itself to be corrected.
    assert (await ops.post(PATH + "/reach", span(world)))["told"] == 2


async def test_who_cannot_be_written_to_any_more_is_counted_and_left_alone(world, ops, sends):
    await told(world, "a")
    world.clock.forward(hours=47)
    await told(world, "b")
    await ops.sign_in("ops")
    since = (world.clock() - timedelta(hours=60)).isoformat()
    ordered = await ops.post(PATH, span(world, since=since, text="更正"), 201)
    world.clock.forward(hours=2)
    await sends.work()
    (listed,) = await ops.get(PATH)
    assert (listed["sent"], listed["unreachable"]) == (1, 1)
    world.clock.forward(hours=49)
    await ops.sign_in("ops")
    error = await ops.post(PATH, span(world, since=since, text="更正"), 409)
    assert error["error"]["fields"] == {"told": "nobody"}
    assert ordered["told"] == 2


async def test_the_talk_stays_with_whoever_has_it(world, ops, sends):
    await told(world, "a")
    agent = await world.signed_in("li")
    await agent.change(1, "take")
    await ops.post(PATH, span(world, text="更正"), 201)
    world.clock.forward(seconds=61)
    await sends.work()
    shown = (await agent.get("/api/v1/conversations/1"))["conversation"]
    assert (shown["status"], shown["agent"]["name"]) == ("open", "li")


@pytest.mark.parametrize(
    "change",
    [
        {"text": ""},
        {"text": "{price}"},
        {"text": "x", "until": "2024-11-11T00:00:00"},
        {"text": "x", "until": "2020-01-01T00:00:00Z"},
    ],
)
async def test_what_cannot_be_meant_is_refused(world, ops, change):
    await told(world, "a")
    await ops.post(PATH, span(world, **change), 400)


async def test_a_moment_is_found_among_the_messages(world, monkeypatch):
    monkeypatch.setattr(moments, "SLACK", 0)
    begun = world.clock()
    for number in range(9):
        await world.fan_says("随便聊聊", f"fan-{number}")
    found = [
        await world.db.read(moments.first_since, begun + timedelta(seconds=seconds))
        for seconds in (-5, 1, 4, 9, 60)
    ]
    assert found == [0, 0, 3, 8, 9]  # the message before the first that counts


async def test_the_page_shows_to_ops_only(world, ops):
    await told(world, "a")
    page = await ops.client.get("/desk/recall?answer=delivery/when")
    assert page.status == 200
    agent = await world.signed_in("li")
    away = await agent.client.get("/desk/recall", allow_redirects=False)
    assert away.headers["Location"] == "/desk"
