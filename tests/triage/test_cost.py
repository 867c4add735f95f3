"""The cheapest of answer, menu and person, by what a wrong answer would cost."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from tests.triage.test_decide import CATALOGUE, predicted
from triagebot.domain.catalogue import Risk
from triagebot.domain.conversation import Memory
from triagebot.domain.decision import Action, Reason
from triagebot.domain.message import Inbound, Kind
from triagebot.triage.case import Case, Thresholds
from triagebot.triage.decide import decide

COST = {Risk.LOW: 1.0, Risk.MEDIUM: 10.0, Risk.HIGH: 200.0}
PROVEN = Thresholds({"delivery": 0.8})


def decided(risk, confidence, second=0.0, memory=None, human=5.0, thresholds=PROVEN):
    """Decide on a delivery question whose best answer has this risk and confidence."""
    policy = replace(CATALOGUE.policy, cost=COST, human_cost=human, ask_cost=0.5)
    answers = dict(CATALOGUE.answers)
    answers["delivery/when"] = replace(answers["delivery/when"], risk=risk)
    catalogue = replace(CATALOGUE, answers=answers, policy=policy)
    ranked = [("delivery/when", confidence), ("delivery/where", second)]
    inbound = Inbound("webchat", "fan", "1", Kind.TEXT, "x", datetime(2026, 11, 22, tzinfo=UTC))
    prediction = predicted("什么时候到", "delivery", 0.99, *ranked)
    return decide(Case(inbound, memory or Memory(), prediction, catalogue, thresholds))


@pytest.mark.parametrize(
    ("risk", "confidence", "action"),
    [
        (Risk.LOW, 0.6, Action.ANSWER),
        (Risk.MEDIUM, 0.85, Action.ASK),
        (Risk.MEDIUM, 0.985, Action.ANSWER),
        (Risk.HIGH, 0.985, Action.ASK),
        (Risk.HIGH, 0.9999, Action.ANSWER),
    ],
)
def test_a_proven_answer_is_given_only_where_that_is_expected_to_cost_least(
    risk, confidence, action
):
    decision = decided(risk, confidence)
    assert decision.action is action
    assert decision.reason is (Reason.CERTIFIED if action is Action.ANSWER else Reason.TOO_DEAR)


def test_the_promise_comes_before_the_cost():
    decision = decided(Risk.LOW, 0.99, thresholds=Thresholds({}))
    assert (decision.action, decision.reason) == (Action.ASK, Reason.BELOW_THRESHOLD)


def test_people_who_cost_next_to_nothing_are_asked_first():
    decision = decided(Risk.HIGH, 0.9, human=0.1)
    assert (decision.action, decision.reason) == (Action.HUMAN, Reason.TOO_DEAR)
    assert decision.answer == "delivery/when"  # the draft


def test_a_menu_that_was_missed_once_is_not_sent_again():
    decision = decided(Risk.HIGH, 0.9, memory=Memory(misses=1))
    assert (decision.action, decision.reason) == (Action.HUMAN, Reason.SECOND_MISS)
