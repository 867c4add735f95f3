"""One decision on many waiting fans: grouped, held for a minute, sent at a pace, taken back."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from tests.desk.conftest import Desk, World
from triagebot.desk.clearing_sends import ClearingSends
from triagebot.intake.accept import Outcome
from triagebot.store import conversations, labels, outbound
from triagebot.store.outbound_rows import State

ASKED = "投诉：快递丢了没人管"


@pytest.fixture
async def desk(world: World) -> Desk:
    return await world.signed_in("小林")


@pytest.fixture
def sends(world: World) -> ClearingSends:
    return ClearingSends(world.db, world.clock, lambda: None, per_second=lambda: 3)


_numbers = itertools.count()


async def waiting(world: World, count: int, text: str = ASKED) -> list[int]:
    """Let so many new fans wait for a person with the same complaint."""
    return [
        (await world.fan_says(text, f"fan-{next(_numbers)}")).conversation_id for _ in range(count)
    ]


async def says_more(world: World, conversation: int, text: str) -> Outcome:
    """Let the fan of a conversation write again."""
    row = await world.db.read(conversations.get, conversation)
    return await world.fan_says(text, row.fan)


async def members(desk: Desk) -> list[dict[str, Any]]:
    """The members of the largest cluster, grouped anew."""
    page = await desk.get("/api/v1/clusters?fresh=true")
    return (await desk.get(f"/api/v1/clusters/{page['clusters'][0]['key']}"))["items"]


def targets(some: list[dict[str, Any]]) -> list[dict[str, str]]:
    names = ("conversation_id", "message_id", "newest_id")
    return [{name: each[name] for name in names} for each in some]


async def clear(desk: Desk, some: list[dict[str, Any]], status: int = 201, **body: Any) -> Any:
    return await desk.post("/api/v1/clearings", {"targets": targets(some), **body}, status)


async def written(world: World, fans: list[int]) -> int:
    """How many texts were written to these fans."""
    return sum([len(await world.db.read(outbound.thread, fan)) for fan in fans])


async def state_of(world: World, conversation: int) -> tuple[str, int | None]:
    row = await world.db.read(conversations.get, conversation)
    return row.status.value, row.agent_id


async def test_alike_fans_are_one_card_and_others_stay_alone(world: World, desk: Desk) -> None:
    await waiting(world, 3)
    await waiting(world, 2, "投诉：快递丢了没人管！")
    await waiting(world, 1, "投诉订单 20231101123456789 没到")
    page = await desk.get("/api/v1/clusters")
    (card,) = page["clusters"]
    assert (page["waiting"], page["grouped"], page["alone"]) == (6, 6, 1)
    assert (card["size"], card["ticked"], card["kind"]) == (5, 5, "alike")
    assert card["intent"] == "complaint"
    assert card["soonest"] is not None
    assert [each["text"] for each in card["typical"]][0] == ASKED


async def test_what_a_fan_wants_is_told_by_all_they_wrote(world: World, desk: Desk) -> None:
    for fan in await waiting(world, 2):
        await says_more(world, fan, "我要换一台新的")
    await waiting(world, 1)
    some = await members(desk)
    assert [each["text"] for each in some] == [f"{ASKED} 我要换一台新的"] * 2
    assert all(int(each["newest_id"]) == int(each["message_id"]) for each in some)


async def test_answering_all_holds_them_for_a_minute_then_sends_at_a_pace(
    world: World, desk: Desk, sends: ClearingSends
) -> None:
    fans = await waiting(world, 5)
    made = await clear(desk, await members(desk), text="马上为您查", intent="complaint")
    assert (made["clearing"]["size"], made["left_out"]) == (5, {})
    me = world.people["小林"].id
    assert [await state_of(world, fan) for fan in fans] == [("snoozed", me)] * 5
    world.clock.forward(seconds=59)
    await sends.work()
    assert await written(world, fans) == 0
    world.clock.forward(seconds=1)
    await sends.work()
    assert await written(world, fans) == 3
    await sends.work()
    assert await written(world, fans) == 5
    assert [await state_of(world, fan) for fan in fans] == [("resolved", None)] * 5
    for fan in fans:
        assert [text.text for text in await world.db.read(outbound.thread, fan)] == ["马上为您查"]
    (item,) = (await desk.get("/api/v1/clearings"))["items"]
    assert (item["state"], item["counts"]) == ("done", {"sent": 5})


async def test_taken_back_before_it_leaves_all_wait_as_before(
    world: World, desk: Desk, sends: ClearingSends
) -> None:
    fans = await waiting(world, 3)
    before = [await world.db.read(conversations.get, fan) for fan in fans]
    some = await members(desk)
    made = await clear(desk, some, text="好的", intent="complaint")
    said = [int(each["message_id"]) for each in some]
    assert len(await world.db.read(labels.of_messages, said)) == 3
    world.clock.forward(seconds=59)
    path = f"/api/v1/clearings/{made['clearing']['id']}/undo"
    assert (await desk.post(path))["state"] == "undone"
    after = [await world.db.read(conversations.get, fan) for fan in fans]
    same = ("status", "agent_id", "waiting_since", "unread", "last_text", "window_until")
    for old, new in zip(before, after, strict=True):
        assert [getattr(new, name) for name in same] == [getattr(old, name) for name in same]
    assert await world.db.read(labels.of_messages, said) == {}
    world.clock.forward(seconds=60)
    await sends.work()
    assert await written(world, fans) == 0
    assert (await desk.get("/api/v1/conversations"))["counts"]["waiting"] == 3
    assert (await desk.post(path, status=409))["error"]["code"] == "conflict"


async def test_half_gone_the_rest_can_be_taken_back(
    world: World, desk: Desk, sends: ClearingSends
) -> None:
    fans = await waiting(world, 5)
    made = await clear(desk, await members(desk), text="好的")
    world.clock.forward(seconds=60)
    await sends.work()
    undone = await desk.post(f"/api/v1/clearings/{made['clearing']['id']}/undo")
    assert undone["counts"] == {"sent": 3, "undone": 2}
    states = sorted([(await state_of(world, fan))[0] for fan in fans])
    assert states == ["open", "open", "resolved", "resolved", "resolved"]
    await sends.work()
    assert await written(world, fans) == 3


async def test_who_wrote_since_or_was_taken_is_left_out(world: World, desk: Desk) -> None:
    fans = await waiting(world, 4)
    some = await members(desk)
    await says_more(world, fans[0], "已经收到了")
    other = await world.signed_in("小周")
    await other.change(fans[1], "take")
    made = await clear(desk, some, text="好的")
    assert made["left_out"] == {"wrote": 1, "taken": 1}
    assert made["clearing"]["size"] == 2
    assert (await state_of(world, fans[0]))[0] == "open"
    assert await state_of(world, fans[1]) == ("open", world.people["小周"].id)


async def test_a_closed_window_takes_no_text_but_may_be_closed(world: World, desk: Desk) -> None:
    await waiting(world, 2)
    some = await members(desk)
    world.clock.forward(hours=49)
    await desk.sign_in("小林")
    assert (await clear(desk, some, text="好的"))["left_out"] == {"over": 2}
    assert (await clear(desk, some))["clearing"]["size"] == 2


async def test_who_writes_while_it_is_held_gets_the_text_and_waits_again(
    world: World, desk: Desk, sends: ClearingSends
) -> None:
    (fan,) = await waiting(world, 1)
    await waiting(world, 1, f"{ASKED}！")
    await clear(desk, await members(desk), text="好的")
    assert (await says_more(world, fan, "还有一件事")).reply.text == ""
    world.clock.forward(seconds=60)
    await sends.work()
    assert await state_of(world, fan) == ("open", None)
    assert len(await world.db.read(outbound.thread, fan)) == 1


async def test_closing_in_silence_sends_nothing(
    world: World, desk: Desk, sends: ClearingSends
) -> None:
    fans = await waiting(world, 2)
    await clear(desk, await members(desk))
    world.clock.forward(seconds=60)
    await sends.work()
    assert [await state_of(world, fan) for fan in fans] == [("resolved", None)] * 2
    assert await world.db.read(outbound.thread, fans[0]) == []


async def test_labels_alone_leave_them_waiting_and_are_taken_back(
    world: World, desk: Desk, sends: ClearingSends
) -> None:
    await waiting(world, 2)
    some = await members(desk)
    made = await clear(desk, some, intent="delivery", keeps=True)
    said = [int(each["message_id"]) for each in some]
    found = await world.db.read(labels.of_messages, said)
    assert {each.intent for each in found.values()} == {"delivery"}
    assert (await desk.get("/api/v1/conversations"))["counts"]["waiting"] == 2
    await desk.post(f"/api/v1/clearings/{made['clearing']['id']}/undo")
    assert await world.db.read(labels.of_messages, said) == {}
    await clear(desk, some, intent="delivery", keeps=True)
    world.clock.forward(seconds=61)
    await sends.work()
    assert (await desk.get("/api/v1/clearings"))["items"][0]["state"] == "done"


async def test_a_fan_who_was_not_reached_waits_again(
    world: World, desk: Desk, sends: ClearingSends
) -> None:
    fans = await waiting(world, 2)
    await clear(desk, await members(desk), text="好的")
    world.clock.forward(seconds=60)
    await sends.work()
    claimed = await world.db.write(outbound.claim, "webchat", world.clock())
    ends = (State.DELIVERED, State.FAILED)
    for text, end in zip(claimed, ends, strict=True):
        await world.db.write(outbound.finish, text.id, end)
    await sends.work()
    assert [(await state_of(world, fan))[0] for fan in fans] == ["resolved", "open"]
    assert (await desk.get("/api/v1/clearings"))["items"][0]["counts"] == {"sent": 1, "failed": 1}


async def test_a_colleague_cannot_take_back_what_is_not_theirs(world: World, desk: Desk) -> None:
    await waiting(world, 2)
    made = await clear(desk, await members(desk), text="好的")
    other = await world.signed_in("小周")
    await other.post(f"/api/v1/clearings/{made['clearing']['id']}/undo", status=404)
    assert (await other.get("/api/v1/clearings"))["items"] == []


async def test_the_pace_counts_conversations_by_the_minute(world: World, desk: Desk) -> None:
    await waiting(world, 6)
    some = await members(desk)
    await clear(desk, some[:2], text="好的")
    world.clock.forward(minutes=2)
    undone = await clear(desk, some[2:4], text="好的")
    await desk.post(f"/api/v1/clearings/{undone['clearing']['id']}/undo")
    await clear(desk, some[2:6], text="好的")
    pace = (await desk.get("/api/v1/clearings"))["pace"]
    assert (pace["decisions"], pace["conversations"], pace["per_minute"]) == (2, 6, 3.0)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"intent": "nothing"}, "intent"),
        ({"keeps": True}, "keeps"),
        ({"text": "好", "intent": "delivery", "keeps": True}, "keeps"),
        ({"text": "好" * 700}, "text"),
        ({"text": "  "}, "text"),
    ],
)
async def test_what_cannot_be_done_is_said(world: World, desk: Desk, body: Any, field: str) -> None:
    await waiting(world, 2)
    refused = await clear(desk, await members(desk), status=400, **body)
    assert list(refused["error"]["fields"]) == [field]
    assert (await desk.get("/api/v1/conversations"))["counts"]["waiting"] == 2


async def test_a_card_falls_into_purer_parts(world: World, desk: Desk) -> None:
    await waiting(world, 2, "投诉：快递丢了")
    await waiting(world, 2, "投诉：快递丢了吧")
    page = await desk.get("/api/v1/clusters")
    (card,) = page["clusters"]
    parts = await desk.get(f"/api/v1/clusters/{card['key']}/parts?least=0.99")
    assert [each["size"] for each in parts["clusters"]] == [2, 2]
    response = await desk.request("GET", "/api/v1/clusters/alike-999")
    assert response.status == 404


async def test_the_card_of_one_fan_is_found_even_if_they_are_alone(
    world: World, desk: Desk
) -> None:
    fans = await waiting(world, 2)
    (alone,) = await waiting(world, 1, "投诉订单 20231101123456789 没到")
    for fan, size in ((fans[1], 2), (alone, 1)):
        page = await desk.get(f"/api/v1/clusters?conversation={fan}")
        assert [each["size"] for each in page["clusters"]] == [size]
    assert (await desk.get("/api/v1/clusters?conversation=999"))["clusters"] == []


async def test_a_decision_may_be_on_thousands(world: World, desk: Desk) -> None:
    (one,) = await waiting(world, 1)
    nobody = {"conversation_id": "7" * 15, "message_id": "8" * 15, "newest_id": "8" * 15}
    body = {"targets": [nobody] * 4999 + targets([(await only(desk, one))]), "text": "好的"}
    made = await desk.post("/api/v1/clearings", body, 201)
    assert made["clearing"]["size"] == 1
    body["targets"].append(nobody)
    assert (await desk.post("/api/v1/clearings", body, 400))["error"]["code"] == "bad_input"


async def only(desk: Desk, conversation: int) -> dict[str, Any]:
    """The row of a fan who is like nobody else."""
    page = await desk.get(f"/api/v1/clusters?fresh=true&conversation={conversation}")
    return page["clusters"][0]["typical"][0]
