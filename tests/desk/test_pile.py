"""What a waiting fan wants, told by their messages."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from triagebot.desk.pile import turns, without_words
from triagebot.domain.decision import Reason
from triagebot.store.waiting_words import Said

LATER = datetime(2024, 11, 13, tzinfo=UTC)


def said(number: int, text: str, intent: str = "delivery", reason: str = "person_has_it") -> Said:
    return Said(number, 1, "webchat", text, reason, intent, 0.9, "delivery/when", 0.8, LATER)


ASKS = Reason.ASKS_FOR_PERSON.value


@pytest.mark.parametrize(
    ("messages", "text", "labelled"),
    [
        ([said(1, "怎么还没到")], "怎么还没到", 1),
        ([said(1, "怎么还没到"), said(2, "怎么还没到")], "怎么还没到", 2),
        ([said(1, "没到"), said(2, "我要退货")], "没到 我要退货", 2),
        ([said(1, "你好", "chat"), said(2, "没到"), said(3, "在吗", "chat")], "没到", 2),
        ([said(1, "没到"), said(2, "转人工", reason=ASKS)], "没到", 1),
        ([said(1, "在吗", "chat")], "在吗", 1),
    ],
)
def test_greetings_and_calls_for_a_person_say_nothing(messages, text, labelled):
    (turn,) = turns(messages, [], lambda intent: intent == "chat")
    assert (turn.text, turn.message_id, turn.newest_id) == (text, labelled, messages[-1].id)


def test_who_only_asks_for_a_person_wants_what_they_said_before():
    messages = [said(5, "转人工", reason=ASKS)]
    assert without_words(messages) == {1: 5}
    (turn,) = turns(messages, [said(3, "没到")], lambda intent: False)
    assert (turn.text, turn.message_id, turn.newest_id) == ("没到", 3, 5)
    (turn,) = turns(messages, [], lambda intent: False)
    assert turn.text == "转人工"
    assert without_words([said(4, "没到"), *messages]) == {}
