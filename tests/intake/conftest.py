"""A mind that is simple enough to predict, and can be made to fail."""

from __future__ import annotations

import pytest

from triagebot.domain.catalogue import Catalogue, Policy
from triagebot.domain.conversation import Status
from triagebot.domain.decision import Action, Decision, Reason
from triagebot.domain.message import Kind, Reply
from triagebot.domain.prediction import Prediction, RankedIntent
from triagebot.intake.accept import Intake

SWITCHES = {"wechat:main": ("orders",), "default": ()}
POLICY = Policy(0.02, 0.95, 0.1, 3, 2, {}, 1.0, {}, SWITCHES)


class PlainMind:
    """Hands off 投诉, answers the rest; fails to think of 想, to decide on 决, to word 说."""

    model = "plain"
    catalogue = Catalogue({}, {}, (), POLICY, ())

    def __init__(self):
        self.thought = []
        self.switches = []

    @property
    def mind(self):
        return self

    def think(self, texts):
        self.thought.append(list(texts))
        if any("想" in text for text in texts):
            raise ValueError(texts)
        ranked = (RankedIntent("delivery", 0.9),)
        return [Prediction(text, (text,), ranked, (), 1.0, self.model) for text in texts]

    def glance(self, text):
        if "词" in text:
            raise ValueError(text)
        return Prediction(text, (), (RankedIntent("", 0.0),), (), 0.0, self.model)

    def decide(self, inbound, memory, prediction, switches):
        self.switches.append(switches)
        if memory.status in (Status.OPEN, Status.SNOOZED):
            return Decision(Action.SILENT, Reason.PERSON_HAS_IT)
        if inbound.kind is Kind.EVENT:
            return Decision(Action.SILENT, Reason.NOT_A_MESSAGE)
        if "决" in inbound.text:
            raise KeyError(inbound.text)
        if "人工" in inbound.text:
            return Decision(Action.HUMAN, Reason.ASKS_FOR_PERSON, "", rule="person")
        if prediction is None or "投诉" in inbound.text:
            return Decision(Action.HUMAN, Reason.COMPLAINT, model=self.model)
        return Decision(
            Action.ANSWER, Reason.CERTIFIED, "delivery", 0.9, "delivery/when", model=self.model
        )

    def say(self, decision, place):
        if decision.action is Action.HUMAN:
            return Reply(f"第{place()}位")
        if decision.answer == "delivery/when":
            return Reply("三天内发货")
        raise ValueError(decision)


@pytest.fixture
def mind():
    return PlainMind()


@pytest.fixture
async def intake(any_database, mind, clock):
    door = Intake(any_database, mind, clock)
    yield door
    await door.close()
