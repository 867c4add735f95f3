"""At the second stage the shipped bundle answers what is certain without its model."""

from __future__ import annotations

import pytest

from triagebot.domain.conversation import Memory, Status
from triagebot.domain.decision import Action, Reason
from triagebot.domain.surge import Stage
from triagebot.intake.pressed import Pressed, conclude_pressed
from triagebot.triage.registry import load
from triagebot.triage.think import wake


@pytest.fixture(scope="module")
def awake(bundle_folder):
    return wake(load(bundle_folder))


def conclude(mind, inbound, memory=None, stage=Stage.RULES):
    pressed = Pressed(stage, "稍后回复")
    return conclude_pressed(
        pressed, mind, inbound, memory or Memory(), mind.glance(inbound.text), lambda: 1
    )


def test_a_question_word_for_word_is_answered(awake, inbound):
    answer = awake.catalogue.answers["delivery/ship_time"]
    conclusion = conclude(awake, inbound(answer.question + "！"))
    assert conclusion.decision.reason is Reason.EXACT_QUESTION
    assert (conclusion.decision.intent, conclusion.decision.answer) == ("delivery", answer.id)
    assert awake.voice.answer(answer.id) in conclusion.reply.text


@pytest.mark.parametrize(
    ("text", "action"), [("我要转人工", Action.HUMAN), ("吃了没有呀今天天气", Action.SILENT)]
)
def test_rules_speak_and_the_rest_is_put_off(awake, inbound, text, action):
    conclusion = conclude(awake, inbound(text))
    assert conclusion.decision.action is action
    assert conclusion.decision.intent is None
    assert (conclusion.decision.reason is Reason.PUT_OFF) == (action is Action.SILENT)


def test_a_menu_can_be_answered(awake, inbound):
    offered = Memory(Status.PENDING, 1, ("delivery/ship_time", "delivery/track_parcel"))
    conclusion = conclude(awake, inbound("2"), offered)
    assert conclusion.decision.answer == "delivery/track_parcel"
    assert conclude(awake, inbound("2"), offered, Stage.TEXT).reply.text == "稍后回复"
