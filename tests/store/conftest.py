"""Conclusions without a mind, and people to work with."""

from __future__ import annotations

from datetime import timedelta

import pytest

from triagebot.domain.agent import Role
from triagebot.domain.conversation import Memory, Status
from triagebot.domain.decision import Action, Decision, Reason
from triagebot.domain.message import Option, Reply
from triagebot.store import agents, messages
from triagebot.store.messages import Conclusion

ANSWERED = Decision(
    Action.ANSWER, Reason.CERTIFIED, "delivery", 0.91, "delivery/when", 0.8, 0.7, (), None, "m1"
)
HANDED_OFF = Decision(Action.HUMAN, Reason.COMPLAINT, "complaint", 0.77)


def conclude(inbound, memory, thought, place):
    """Hand off what says 投诉, answer the rest, be silent while a person has it."""
    window = inbound.sent_at + timedelta(hours=48)
    if memory.status is Status.OPEN:
        silent = Decision(Action.SILENT, Reason.PERSON_HAS_IT)
        return Conclusion(silent, Reply(), memory, window)
    if "投诉" in inbound.text:
        reply = Reply(f"您前面还有{place() - 1}位")
        return Conclusion(HANDED_OFF, reply, Memory(status=Status.OPEN), window)
    reply = Reply("三天内发货", (Option("delivery/when", "何时发货"),))
    memory = Memory(last_answer="delivery/when", last_text=inbound.text, offered=("a/b", "c/d"))
    return Conclusion(ANSWERED, reply, memory, window)


@pytest.fixture
def record(any_database, clock):
    """Record inbounds as one batch, in the database of the test."""

    async def run(*inbounds, database=any_database, concluding=conclude):
        batch = [(item, None) for item in inbounds]
        return await database.write(messages.record, batch, concluding, clock())

    return run


@pytest.fixture
async def people(any_database, clock):
    """Three agents: 小林, 小周, 小吴."""
    return [
        await any_database.write(agents.add, name, Role.AGENT, "hash", clock())
        for name in ("小林", "小周", "小吴")
    ]
