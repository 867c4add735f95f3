from datetime import timedelta

import pytest

from triagebot.domain.conversation import Memory, Status
from triagebot.domain.decision import Action, Decision, Reason
from triagebot.domain.message import Event, Kind, Reply
from triagebot.domain.prediction import Prediction, RankedIntent
from triagebot.intake.handle_message import begin, conclude, remember

OFFERED = ("a/1", "a/2")
THOUGHT = Prediction("q", ("q",), (RankedIntent("a", 0.9),), (), 1.0, "m")
BEFORE = Memory(misses=1, offered=OFFERED, last_answer="a/0", last_text="p", small_talk=1)


def decided(action, reason, answer=None, options=()):
    return Decision(action, reason, answer=answer, options=options)


@pytest.mark.parametrize(
    ("decision", "after"),
    [
        (
            decided(Action.ANSWER, Reason.CERTIFIED, "a/1"),
            Memory(Status.PENDING, 0, (), "a/1", "q"),
        ),
        (
            decided(Action.ANSWER, Reason.CHOSEN_FROM_MENU, "a/2"),
            Memory(Status.PENDING, 0, OFFERED, "a/2", "p"),
        ),
        (
            decided(Action.ASK, Reason.BELOW_THRESHOLD, options=("b/1",)),
            Memory(Status.PENDING, 2, ("b/1",), None, "q"),
        ),
        (decided(Action.ASK, Reason.OUT_OF_SCOPE), Memory(Status.PENDING, 2, (), None, "q")),
        (
            decided(Action.ASK, Reason.CLOSE_ANSWERS, options=("b/1", "b/2")),
            Memory(Status.PENDING, 1, ("b/1", "b/2"), None, "q"),
        ),
        (
            decided(Action.ANSWER, Reason.CHITCHAT, "c/1"),
            Memory(Status.PENDING, 0, (), "a/0", "p", 2),
        ),
        (decided(Action.SILENT, Reason.CHITCHAT), Memory(Status.PENDING, 0, (), "a/0", "p", 2)),
        (decided(Action.SILENT, Reason.NOT_A_MESSAGE), BEFORE),
        (decided(Action.ANSWER, Reason.WELCOME), BEFORE),
        (decided(Action.HUMAN, Reason.COMPLAINT), Memory(Status.OPEN)),
    ],
    ids=lambda value: value.reason if isinstance(value, Decision) else "",
)
def test_what_is_remembered(decision, after):
    assert remember(BEFORE, decision, THOUGHT) == after


@pytest.mark.parametrize(
    ("status", "parts", "met"),
    [
        (Status.PENDING, {}, BEFORE),
        (Status.RESOLVED, {}, Memory()),
        (Status.SNOOZED, {}, Status.OPEN),
        (Status.OPEN, {}, Status.OPEN),
        (
            Status.RESOLVED,
            {"text": "", "kind": Kind.EVENT, "event": Event.UNFOLLOW},
            Status.RESOLVED,
        ),
        (Status.SNOOZED, {"text": "", "kind": Kind.EVENT, "event": Event.SCAN}, Status.SNOOZED),
        (Status.RESOLVED, {"kind": Kind.EVENT, "event": Event.CLICK}, Memory()),
        (Status.RESOLVED, {"text": "", "kind": Kind.IMAGE}, Memory()),
    ],
)
def test_how_a_message_meets_the_conversation(inbound, status, parts, met):
    from msgspec.structs import replace

    before = replace(BEFORE, status=status)
    expected = met if isinstance(met, Memory) else replace(BEFORE, status=met)
    assert begin(before, inbound(**parts)) == expected


@pytest.mark.parametrize(
    ("parts", "hours"),
    [
        ({}, 48),
        ({"text": "", "kind": Kind.VOICE}, 48),
        ({"text": "", "kind": Kind.EVENT, "event": Event.FOLLOW}, None),
        ({"kind": Kind.EVENT, "event": Event.CLICK}, None),
    ],
)
def test_only_messages_open_the_window(inbound, mind, clock, parts, hours):
    conclusion = conclude(mind, inbound(**parts), Memory(), THOUGHT, lambda: 1)
    expected = None if hours is None else clock() + timedelta(hours=hours)
    assert conclusion.window_until == expected


def test_a_mind_that_talks_over_a_person_is_not_heard(inbound, mind):
    mind.decide = lambda *_: Decision(Action.ANSWER, Reason.CERTIFIED, answer="delivery/when")
    conclusion = conclude(mind, inbound(), Memory(status=Status.OPEN), THOUGHT, lambda: 1)
    assert conclusion.reply == Reply()
    assert conclusion.memory.status is Status.OPEN
