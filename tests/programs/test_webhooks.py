"""Other programs are told what happens: signed, each thing once, in spite of everything."""

from datetime import timedelta

import pytest

from triagebot.domain.agent import Role
from triagebot.programs.signing import SIGNATURE, is_ours, sign
from triagebot.programs.webhook_sender import Rules, WebhookSender, pause_after
from triagebot.store import audit_log, belongings, events, webhook_queue, webhooks
from triagebot.store.webhook_queue import Told

PATH = "/api/v1/webhooks"


async def told(world, hook):
    return await world.db.read(webhooks.deliveries, hook)


async def shown(world, hook):
    return await world.db.read(webhooks.get, hook)


async def test_a_complaint_is_told_as_message_conversation_and_handoff(
    world, sender, receiver, hook
):
    await world.fan_says("我要投诉")
    await sender.tell()
    assert sorted(receiver.kinds) == [
        "conversation_created", "conversation_status_changed", "handoff", "message_created",
    ]  # fmt: skip
    body = next(body for body, _, _ in receiver.got if body["event"] == "message_created")
    assert (body["content"], body["message_type"]) == ("我要投诉", "incoming")
    assert body["conversation"]["status"] == "open"
    assert body["content_attributes"]["decision"] == "human"


async def test_what_the_bot_answers_by_itself_is_told_too(world, sender, receiver, hook):
    await world.fan_says("什么时候发货")
    await world.fan_says("物流")
    await sender.tell()
    assert sorted(receiver.kinds) == ["conversation_created", "message_created", "message_created"]


async def test_what_people_do_is_told(world, sender, receiver, hook):
    outcome = await world.fan_says("我要投诉")
    await sender.tell()
    receiver.got.clear()
    desk = await world.signed_in("小林")
    number = outcome.conversation_id
    await desk.change(number, "take")
    new = {"text": "您好", "client_id": "1"}
    await desk.post(f"/api/v1/conversations/{number}/messages", new, 201)
    label = {"intent": "complaint"}
    path = f"/api/v1/messages/{outcome.message_id}/label"
    await desk.request("PUT", path, json=label)
    await desk.change(number, "resolve")
    await sender.tell()
    assert receiver.kinds == [
        "conversation_updated", "message_created", "label_created", "conversation_status_changed",
    ]  # fmt: skip
    bodies = [body for body, _, _ in receiver.got]
    assert (bodies[1]["content"], bodies[1]["message_type"]) == ("您好", "outgoing")
    assert bodies[2]["label"]["intent"] == "complaint"
    assert bodies[3]["changed_attributes"] == [{"status": {"current_value": "resolved"}}]


async def test_only_what_was_asked_for_is_told(world, sender, receiver):
    await world.db.write(
        webhooks.add, receiver.url, ["handoff"], "whsec_x", "agent:1", world.clock()
    )
    await world.fan_says("什么时候发货")
    await world.fan_says("我要投诉")
    await sender.tell()
    assert receiver.kinds == ["handoff"]


async def test_a_new_webhook_is_not_told_the_past(world, sender, receiver):
    await world.fan_says("我要投诉")
    await world.db.write(
        webhooks.add, receiver.url, ["message_created"], "s", "agent:1", world.clock()
    )
    await sender.tell()
    assert receiver.got == []
    await world.fan_says("快点")
    await sender.tell()
    assert [body["content"] for body, _, _ in receiver.got] == ["快点"]


async def test_every_call_is_signed_and_a_changed_one_is_not_ours(world, sender, receiver, hook):
    await world.fan_says("我要投诉")
    await sender.tell()
    for _, headers, raw in receiver.got:
        signature = headers[SIGNATURE]
        assert is_ours("whsec_test", raw, signature, world.clock())
        assert not is_ours("whsec_other", raw, signature, world.clock())
        assert not is_ours("whsec_test", raw + b" ", signature, world.clock())
        late = world.clock() + timedelta(seconds=301)
        assert not is_ours("whsec_test", raw, signature, late)
    keys = [headers["Idempotency-Key"] for _, headers, _ in receiver.got]
    assert len(set(keys)) == len(keys)


@pytest.mark.parametrize("header", ["", "t=1", "v1=00", "t=x,v1=" + "0" * 64, "t=1,v1=" + "z" * 64])
def test_a_header_that_is_none_is_refused(clock, header):
    assert not is_ours("s", b"{}", header, clock())
    assert is_ours("s", b"{}", sign("s", b"{}", clock()), clock())


async def test_a_refusal_is_tried_again_later_with_the_same_key_until_it_is_taken(
    world, sender, receiver, hook
):
    receiver.statuses = [500, 404, 302]
    outcome = await world.fan_says("什么时候发货")
    for _ in range(30):
        await sender.tell()
        world.clock.forward(seconds=30)
    keys = [headers["Idempotency-Key"] for _, headers, _ in receiver.got]
    assert keys[:1] == [f"message_created-m{outcome.message_id}"]
    assert len(receiver.got) == 2 + 3
    assert len(set(keys)) == 2
    assert {row.state for row in await told(world, hook)} == {Told.DONE}
    row = await shown(world, hook)
    assert (row.failing_since, row.reason, row.waiting) == (None, "", 0)


async def test_between_tries_nothing_is_sent(world, sender, receiver, hook):
    receiver.statuses = [500] * 5
    await world.fan_says("我要投诉")
    for _ in range(5):
        await sender.tell()
    assert len(receiver.got) == 1
    row = await shown(world, hook)
    assert (row.reason, row.waiting, row.disabled_at) == ("HTTP 500", 4, None)


async def test_what_fails_for_too_long_is_disabled_with_its_reason_and_can_be_enabled(
    world, sender, receiver, hook
):
    receiver.statuses = [503] * 200
    await world.fan_says("什么时候发货")
    for _ in range(100):
        await sender.tell()
        world.clock.forward(hours=1)
    row = await shown(world, hook)
    assert row.disabled_at is not None
    assert (row.reason, row.failing_since is not None) == ("HTTP 503", True)
    tries = len(receiver.got)
    assert 60 <= tries <= 90
    await sender.tell()
    assert len(receiver.got) == tries
    (deed,) = await world.db.read(audit_log.newest, 10, None, "disable_webhook")
    assert deed.detail["reason"] == "HTTP 503"
    receiver.statuses.clear()
    await world.db.write(webhooks.enable, hook, "agent:1", world.clock())
    await sender.tell()
    assert {row.state for row in await told(world, hook)} == {Told.DONE}


async def test_who_says_gone_is_not_asked_again(world, sender, receiver, hook):
    receiver.statuses = [410]
    await world.fan_says("什么时候发货")
    await sender.tell()
    assert (await shown(world, hook)).disabled_at is not None


async def test_one_bad_receiver_holds_no_other_up(world, sender, receiver, hook):
    dead = "http://127.0.0.1:1/hook"
    await world.db.write(webhooks.add, dead, ["message_created"], "s", "agent:1", world.clock())
    await world.fan_says("什么时候发货")
    await sender.tell()
    assert "message_created" in receiver.kinds


async def test_what_was_being_sent_when_the_sender_died_is_sent_again(
    world, sender, receiver, hook
):
    await world.fan_says("什么时候发货")
    from triagebot.store import news

    await world.db.write(news.collect, world.clock())
    claimed = await world.db.write(webhook_queue.claim, hook, world.clock())
    assert len(claimed) == 2
    await sender.tell()
    assert receiver.got == []
    world.clock.forward(seconds=61)
    await sender.tell()
    assert len(receiver.got) == 2


async def test_news_of_an_erased_fan_is_never_sent(world, sender, receiver, hook):
    receiver.statuses = [500]
    await world.fan_says("我要投诉，电话13912345678", fan="fan-erased")
    await sender.tell()
    first = receiver.got.pop()
    assert first[0]["event"]
    await world.db.write(belongings.erase, "webchat", "fan-erased", by="agent:1", now=world.clock())
    world.clock.forward(hours=1)
    await sender.tell()
    assert receiver.got == []
    assert await told(world, hook) == []


async def test_the_queue_holds_no_words_of_fans(world, receiver, hook, sender):
    receiver.statuses = [500]
    await world.fan_says("我的电话13912345678，投诉")
    await sender.tell()
    assert "13912345678" not in str(await told(world, hook))


async def test_old_news_is_dropped(world, sender, hook):
    await world.fan_says("什么时候发货")
    await sender.tell()
    world.clock.forward(days=4)
    await sender.prune()
    assert await told(world, hook) == []


def test_pauses_grow_to_an_hour():
    pauses = [pause_after(attempts).total_seconds() for attempts in (1, 2, 3, 9, 10, 10_000)]
    assert pauses == [10, 20, 40, 2560, 3600, 3600]


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/x", "http://127.1/x", "http://2130706433/x", "http://10.0.0.8/x",
        "http://[::1]/x", "http://[::ffff:127.0.0.1]/x", "http://169.254.169.254/latest",
        "http://0.0.0.0/x", "http://u:p@example.com/x", "ftp://example.com/x", "file:///etc/passwd",
        "http://192.168.1.1:8080/", "javascript:alert(1)", "http://",
    ],
)  # fmt: skip
async def test_an_address_inside_is_refused(world, url):
    admin = await world.signed_in("boss", Role.ADMIN)
    await admin.post(PATH, {"url": url, "subscriptions": ["handoff"]}, 400)


@pytest.mark.parametrize("name", ["localhost", "0x7f.0.0.1"])
async def test_a_name_that_leads_inside_is_not_called(world, receiver, name):
    """The names are looked up as always; what is found decides."""
    strict = WebhookSender(world.db, world.clock, Rules(allow_private=False))
    port = receiver.url.split(":")[2]
    row = await world.db.write(
        webhooks.add, f"http://{name}:{port}", ["handoff"], "s", "agent:1", world.clock()
    )
    answer = await strict.ping(row)
    assert not answer.taken
    assert receiver.got == []


async def test_that_check_can_fail(world, receiver, sender):
    port = receiver.url.split(":")[2]
    row = await world.db.write(
        webhooks.add, f"http://localhost:{port}", ["handoff"], "s", "agent:1", world.clock()
    )
    assert (await sender.ping(row)).status is not None


async def test_admins_list_add_test_and_remove(world, receiver):
    admin = await world.signed_in("boss", Role.ADMIN)
    body = {"url": "https://example.com/hook", "subscriptions": ["handoff", "handoff"]}
    made = await admin.post(PATH, body, 201)
    assert made["secret"].startswith("whsec_")
    (row,) = await admin.get(PATH)
    assert (row["url"], row["subscriptions"]) == (body["url"], ["handoff"])
    assert made["secret"] not in str(row)
    path = f"{PATH}/{row['id']}"
    assert (await admin.get(f"{path}/deliveries"))["items"] == []
    assert (await admin.request("DELETE", path)).status == 204
    assert (await admin.request("DELETE", path)).status == 404
    assert await admin.get(PATH) == []


@pytest.mark.parametrize(
    "body",
    [
        {"url": "https://example.com/", "subscriptions": []},
        {"url": "https://example.com/", "subscriptions": ["everything"]},
        {"subscriptions": ["handoff"]},
    ],
)
async def test_a_webhook_that_makes_no_sense_is_refused(world, body):
    admin = await world.signed_in("boss", Role.ADMIN)
    await admin.post(PATH, body, 400)


async def test_the_events_themselves_stay_for_the_screens(world, sender, hook):
    await world.fan_says("我要投诉")
    before = await world.db.read(events.newest)
    await sender.tell()
    assert await world.db.read(events.newest) == before
