"""A burst of messages is one turn: one reply, and only what is in doubt goes further."""

from __future__ import annotations

import asyncio

import pytest

from triagebot.domain.catalogue import Catalogue, Policy
from triagebot.domain.conversation import Status
from triagebot.domain.decision import Action, Decision, Reason
from triagebot.domain.message import Inbound, Kind, Option, Reply
from triagebot.domain.prediction import Prediction, RankedIntent
from triagebot.errors import Busy
from triagebot.intake.accept import Intake
from triagebot.intake.turn import combine
from triagebot.intake.turns import MOST, Turns
from triagebot.store import conversations, messages

HELPED = "解决了吗？"
ANSWERS = {"发货": "三天内发货", "发票": "在订单页开票", "屏幕，碎了": "可以换屏"}

DECISIONS = (
    ("投诉", Decision(Action.HUMAN, Reason.COMPLAINT)),
    *((w, Decision(Action.ANSWER, Reason.CERTIFIED, "any", 0.9, w)) for w in ANSWERS),
    ("今天天气", Decision(Action.ASK, Reason.OUT_OF_SCOPE)),
    ("你好", Decision(Action.ANSWER, Reason.CHITCHAT)),
    ("谢谢", Decision(Action.ANSWER, Reason.CHITCHAT)),
    ("吗", Decision(Action.ASK, Reason.CLOSE_ANSWERS, options=("a/b",))),
)
"""What each word leads to, the first that a text has."""


def sure(text):
    return 0.2 if text == "我想问一下" else 0.5


class WordyMind:
    """Decides by the first of the DECISIONS whose word is said, and doubts the rest."""

    model = "wordy"
    catalogue = Catalogue({}, {}, (), Policy(0.02, 0.95, 0.1, 3, 2, {}, 1.0, {}), ())

    @property
    def mind(self):
        return self

    def think(self, texts):
        return [
            Prediction(text, (text,), (RankedIntent("any", sure(text)),), (), 1.0, self.model)
            for text in texts
        ]

    def decide(self, inbound, memory, prediction, switches):
        if memory.status is Status.OPEN:
            return Decision(Action.SILENT, Reason.PERSON_HAS_IT)
        if prediction is None:
            return Decision(Action.SILENT, Reason.NOT_A_MESSAGE)
        said = (decision for words, decision in DECISIONS if words in prediction.text)
        return next(said, Decision(Action.HUMAN, Reason.BELOW_THRESHOLD))

    def say(self, decision, place):
        if decision.action is Action.HUMAN:
            return Reply(f"第{place()}位")
        if decision.action is Action.ASK:
            return Reply("您是问？", (Option("a/b", "甲"),))
        if decision.reason is Reason.CHITCHAT:
            return Reply("您好")
        return Reply(f"{ANSWERS[decision.answer]}\n\n{HELPED}")


@pytest.fixture
async def turns(database, clock):
    intake = Intake(database, WordyMind(), clock)

    async def known(inbounds):
        return await database.read(messages.known, inbounds)

    def seconds(channel):
        return 3.0 if channel.startswith("wechat:") else 0.0

    door = Turns(intake, intake.thinker, seconds, known)
    yield door
    await door.close()
    await intake.close()


@pytest.fixture
def burst(turns, inbound, clock):
    """Let a fan write texts one after the other, and end the wait."""

    async def run(*texts, **parts):
        sent = [inbound(text, **parts) for text in texts]
        waiting = [asyncio.ensure_future(turns.accept(one)) for one in sent]
        await asyncio.sleep(0)
        await turns.close()
        return await asyncio.gather(*waiting)

    return run


ANSWER, JOINED = Reason.CERTIFIED, Reason.JOINED


@pytest.mark.parametrize(
    ("texts", "reply", "reasons"),
    [
        (["何时发货"], f"三天内发货\n\n{HELPED}", [ANSWER]),
        (["何时发货", "能开发票"], f"三天内发货\n\n在订单页开票\n\n{HELPED}", [ANSWER, ANSWER]),
        (["我的屏幕", "碎了"], f"可以换屏\n\n{HELPED}", [JOINED, ANSWER]),
        (["你好", "何时发货"], f"三天内发货\n\n{HELPED}", [JOINED, ANSWER]),
        (["我想问一下", "何时发货"], f"三天内发货\n\n{HELPED}", [JOINED, ANSWER]),
        (["今天天气", "何时发货"], f"三天内发货\n\n{HELPED}", [JOINED, ANSWER]),
        (["何时发货", "发货"], f"三天内发货\n\n{HELPED}", [JOINED, ANSWER]),
        (["你好", "谢谢"], "您好", [JOINED, Reason.CHITCHAT]),
        (["投诉你们", "何时发货"], "第1位", [Reason.COMPLAINT, JOINED]),
    ],
)
async def test_a_burst_gets_one_reply_and_the_last_message_carries_it(burst, texts, reply, reasons):
    outcomes = await burst(*texts)
    assert [outcome.decision.reason for outcome in outcomes] == reasons
    assert [outcome.reply.text for outcome in outcomes] == [""] * (len(texts) - 1) + [reply]


async def test_the_part_in_doubt_alone_goes_to_a_person(burst, database):
    doubt, sure = await burst("蓝屏转圈圈", "何时发货", fan="fan-2")
    assert (doubt.decision.action, sure.decision.action) == (Action.HUMAN, Action.ANSWER)
    assert sure.reply.text == f"三天内发货\n\n{HELPED}\n\n第1位"
    row = await database.read(conversations.get, sure.conversation_id)
    assert (row.status, row.reason) == (Status.OPEN, "below_threshold")


async def test_one_doubt_is_asked_about_beside_the_answers(burst):
    _, asked = await burst("何时发货", "是甲吗")
    assert asked.reply.text == f"三天内发货\n\n{HELPED}\n\n您是问？"
    assert [option.id for option in asked.reply.options] == ["a/b"]


async def test_two_doubts_go_to_a_person_together(burst):
    outcomes = await burst("是甲吗", "何时发货", "是乙吗")
    actions = [outcome.decision.action for outcome in outcomes]
    assert actions == [Action.HUMAN, Action.ANSWER, Action.HUMAN]
    assert outcomes[-1].reply.options == ()


async def test_a_person_who_has_it_gets_all_and_the_bot_is_silent(burst):
    await burst("投诉")
    outcomes = await burst("何时发货", "能开发票")
    assert {outcome.decision.reason for outcome in outcomes} == {Reason.PERSON_HAS_IT}
    assert not any(outcome.reply for outcome in outcomes)


async def test_a_redelivery_joins_nothing_and_gets_what_it_got(turns, inbound):
    first, second = inbound("何时发货"), inbound("能开发票")
    waiting = [asyncio.ensure_future(turns.accept(one)) for one in (first, first)]
    await asyncio.sleep(0)
    await turns.close()
    one, again = await asyncio.gather(*waiting)
    assert one == again
    waiting = [asyncio.ensure_future(turns.accept(message)) for message in (first, second)]
    await asyncio.sleep(0)
    await turns.close()
    known, new = await asyncio.gather(*waiting)
    assert known.duplicate
    assert known.reply == one.reply
    assert new.reply.text == f"在订单页开票\n\n{HELPED}"


async def test_what_is_no_part_of_a_burst_ends_it_and_goes_after_it(turns, inbound):
    waiting = asyncio.ensure_future(turns.accept(inbound("何时发货")))
    await asyncio.sleep(0)
    event = await turns.accept(inbound("", kind=Kind.EVENT))
    words = await waiting
    assert words.message_id < event.message_id


async def test_messages_are_taken_in_the_order_in_which_they_were_sent(turns, inbound, clock):
    early, late = inbound("我的屏幕"), inbound("碎了", sent_at=clock.forward(seconds=1))
    waiting = [asyncio.ensure_future(turns.accept(one)) for one in (late, early)]
    await asyncio.sleep(0)
    await turns.close()
    last, first = await asyncio.gather(*waiting)
    assert (first.reply.text, last.reply.text) == ("", f"可以换屏\n\n{HELPED}")


async def test_a_full_burst_does_not_wait(turns, inbound):
    sent = [inbound(f"碎{number}") for number in range(MOST)]
    async with asyncio.timeout(60):
        outcomes = await asyncio.gather(*(turns.accept(one) for one in sent))
    assert sum(bool(outcome.reply) for outcome in outcomes) == 1


async def test_channels_and_fans_do_not_mix(burst, turns, inbound):
    one, two = await asyncio.gather(burst("何时发货", fan="fan-1"), burst("能开发票", fan="fan-2"))
    assert one[0].reply != two[0].reply
    outcome = await turns.accept(inbound("何时发货", channel="webchat"))
    assert outcome.reply  # nobody waits there


def test_a_last_paragraph_that_replies_share_is_said_once():
    replies = [Reply("甲\n\n尾"), Reply("乙\n\n尾"), Reply("丙")]
    assert combine(replies).text == "甲\n\n乙\n\n尾\n\n丙"
    assert combine([Reply("甲"), Reply("甲")]).text == "甲"


@pytest.mark.parametrize("fault", [RuntimeError("bug"), Busy("away")])
async def test_where_joining_dies_each_message_is_taken_by_itself(database, clock, fault):
    intake = Intake(database, WordyMind(), clock)

    async def known(inbounds):
        raise fault

    door = Turns(intake, intake.thinker, lambda channel: 0.01, known)
    said = [
        Inbound("wechat:main", "fan", words, Kind.TEXT, words, clock())
        for words in ("发货", "发票")
    ]
    ends = await asyncio.gather(*map(door.accept, said))
    assert [end.reply.text.splitlines()[0] for end in ends] == ["三天内发货", "在订单页开票"]
    await door.close()
    await intake.close()
