"""What is done with a message, and why."""

from __future__ import annotations

from enum import StrEnum

import msgspec


class Action(StrEnum):
    """The four things that can happen to a message."""

    ANSWER = "answer"
    ASK = "ask"
    HUMAN = "human"
    SILENT = "silent"


class Reason(StrEnum):
    """Why that happened; the screens have a sentence for each."""

    PERSON_HAS_IT = "person_has_it"
    NOT_A_MESSAGE = "not_a_message"
    CHOSEN_FROM_MENU = "chosen_from_menu"
    NONE_OF_THESE = "none_of_these"
    KEYWORD_RULE = "keyword_rule"
    ASKS_FOR_PERSON = "asks_for_person"
    COMPLAINT = "complaint"
    DID_NOT_HELP = "did_not_help"
    REPEATED = "repeated"
    RISKY = "risky"
    EXACT_QUESTION = "exact_question"
    CERTIFIED = "certified"
    CHITCHAT = "chitchat"
    TOO_DEAR = "too_dear"
    CLOSE_ANSWERS = "close_answers"
    BELOW_THRESHOLD = "below_threshold"
    OUT_OF_SCOPE = "out_of_scope"
    SECOND_MISS = "second_miss"
    NO_WORDS = "no_words"
    LAST_RESORT = "last_resort"
    WELCOME = "welcome"
    FAULT = "fault"
    PUT_OFF = "put_off"
    UNDELIVERED = "undelivered"
    JOINED = "joined"


# Made twice for each message: a struct takes an eighth of a frozen dataclass's time.
class Decision(msgspec.Struct, frozen=True, gc=False):
    """The action for one message with all that explains it.

    `intent` is the best intent whatever the action. `answer` is the id to send when the action
    is `answer`, and the draft for the agent otherwise. `options` are the answers of a menu.
    `threshold` is the confidence that was needed, 0..1; above 1 nothing is enough. `rule` names
    the keyword rule that hit.
    """

    action: Action
    reason: Reason
    intent: str | None = None
    confidence: float = 0.0
    answer: str | None = None
    answer_confidence: float = 0.0
    threshold: float = 1.0
    options: tuple[str, ...] = ()
    rule: str | None = None
    model: str = ""
