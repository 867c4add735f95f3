"""Undoing a step gives the fan their place in the queue back."""

import pytest

from triagebot.domain.agent import Role
from triagebot.domain.conversation import Memory, Status
from triagebot.domain.decision import Action, Decision, Reason
from triagebot.domain.message import Reply
from triagebot.store import agents, conversations, messages
from triagebot.store.messages import Conclusion


def hand_off(*_):
    decision = Decision(Action.HUMAN, Reason.ASKS_FOR_PERSON)
    return Conclusion(decision, Reply("请稍等"), Memory(status=Status.OPEN))


@pytest.mark.parametrize(
    ("step", "undo"),
    [
        (conversations.resolve, (conversations.reopen, conversations.release)),
        (conversations.hand_back, (conversations.take, conversations.release)),
    ],
)
async def test_a_fan_keeps_their_place_when_a_step_is_undone(
    any_database, clock, inbound, step, undo
):
    db = any_database
    agent = (await db.write(agents.add, "Li", Role.AGENT, "x", clock())).id
    (outcome,) = await db.write(messages.record, [(inbound("转人工"), None)], hand_off, clock())
    before = await db.read(conversations.get, outcome.conversation_id)
    clock.forward(minutes=5)
    rested = await db.write(step, before.id, agent, clock())
    assert (rested.waiting_since, rested.unread) == (None, 0)
    for part in undo:
        after = await db.write(part, before.id, agent, clock())
    assert (after.waiting_since, after.unread) == (before.waiting_since, before.unread)


async def test_who_comes_back_after_a_resolved_talk_starts_to_wait_afresh(
    any_database, clock, inbound
):
    db = any_database
    agent = (await db.write(agents.add, "Li", Role.AGENT, "x", clock())).id
    arrival = inbound("转人工")
    (outcome,) = await db.write(messages.record, [(arrival, None)], hand_off, clock())
    await db.write(conversations.resolve, outcome.conversation_id, agent, clock())
    clock.forward(hours=1)
    again = inbound("又坏了", fan=arrival.fan, channel=arrival.channel)
    await db.write(messages.record, [(again, None)], hand_off, clock())
    row = await db.read(conversations.get, outcome.conversation_id)
    assert (row.waiting_since, row.unread) == (clock(), 1)
