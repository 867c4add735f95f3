from datetime import UTC, datetime

import pytest

from triagebot.domain.catalogue import (
    Answer,
    Catalogue,
    Intent,
    IntentKind,
    KeywordRule,
    Policy,
    Risk,
)
from triagebot.domain.conversation import Memory, Status
from triagebot.domain.decision import Action, Reason
from triagebot.domain.message import Event, Inbound, Kind
from triagebot.domain.prediction import Prediction, RankedAnswer, RankedIntent
from triagebot.triage.case import Case, Thresholds
from triagebot.triage.decide import decide

KINDS = {
    "delivery": (IntentKind.BUSINESS, Risk.LOW),
    "flashing_rom": (IntentKind.BUSINESS, Risk.HIGH),
    "greeting_chitchat": (IntentKind.CHITCHAT, Risk.LOW),
    "out_of_scope": (IntentKind.OUT_OF_SCOPE, Risk.LOW),
    "complaint": (IntentKind.COMPLAINT, Risk.MEDIUM),
}
ANSWERS = {
    "delivery/when": "什么时候发货",
    "delivery/where": "快递到哪了",
    "delivery/fee": "运费多少",
    "flashing_rom/how": "怎么刷机",
    "greeting_chitchat/hello": "你好",
}
RULES = (
    KeywordRule("ask_person", ("转人工",), "human", ("人工智能",), reason="asks_for_person"),
    KeywordRule("just_person", ("人工",), "human", exact=True, reason="asks_for_person"),
    KeywordRule("order", ("订单",), "human", switch="order"),
    KeywordRule("fee", ("包邮吗",), "answer", answer="delivery/fee"),
)
POLICY = Policy(0.02, 0.95, 0.15, 3, 2, dict.fromkeys(Risk, 1.0), 2.0, {})
CATALOGUE = Catalogue(
    {name: Intent(name, kind, risk, {}, {}) for name, (kind, risk) in KINDS.items()},
    {
        name: Answer(name, name.split("/")[0], question, (), "…", Risk.LOW)
        for name, question in ANSWERS.items()
    },
    RULES,
    POLICY,
    (),
)
PROVEN = Thresholds({"delivery": 0.8, "flashing_rom": 0.95, "greeting_chitchat": 0.7})


def predicted(text, intent, confidence, *answers):
    ranked = tuple(RankedAnswer(answer, score, score, "") for answer, score in answers)
    intents = (RankedIntent(intent, confidence),)
    return Prediction(text, tuple(text), intents, ranked, 1.0, "m-1")


def said(prediction, memory=None, thresholds=PROVEN, switches=("order",), **inbound):
    fields = {"kind": Kind.TEXT, "text": "x"} | inbound
    message = Inbound("webchat", "fan", "1", sent_at=datetime(2026, 11, 22, tzinfo=UTC), **fields)
    return decide(Case(message, memory or Memory(), prediction, CATALOGUE, thresholds, switches))


SURE = predicted("什么时候发货", "delivery", 0.97, ("delivery/when", 0.9), ("delivery/fee", 0.2))
WEAK = predicted("东西呢", "delivery", 0.5, ("delivery/when", 0.5), ("delivery/where", 0.1))
VAGUE = predicted("快递啊", "delivery", 0.97, ("delivery/when", 0.4), ("delivery/where", 0.1))
EXACT = Prediction(
    "什么时候发货",
    ("什么时候", "发货"),
    (RankedIntent("delivery", 0.5),),
    (RankedAnswer("delivery/when", 0.999, 1.0, "什么时候发货", exact=True),),
    1.0,
    "m-1",
)
CLOSE = predicted("快递", "delivery", 0.97, ("delivery/when", 0.9), ("delivery/where", 0.85))
RISKY = predicted("帮我刷机", "flashing_rom", 0.90, ("flashing_rom/how", 0.9))
RISKY_SURE = predicted("怎么刷机", "flashing_rom", 0.97, ("flashing_rom/how", 0.96))
HELLO = predicted("你好", "greeting_chitchat", 0.9, ("greeting_chitchat/hello", 0.9))
ODD = predicted("今天天气", "out_of_scope", 0.9, ("delivery/when", 0.1))
ANGRY = predicted("太差了", "complaint", 0.6)
OTHER = predicted("刷机要运费吗", "flashing_rom", 0.99, ("delivery/fee", 0.99))
BARE = predicted("嗯", "delivery", 0.3)

CASES = [
    ("sure of a proven intent", SURE, {}, Action.ANSWER, Reason.CERTIFIED),
    ("a question word for word", EXACT, {}, Action.ANSWER, Reason.EXACT_QUESTION),
    ("sure of the intent, not of the answer", VAGUE, {}, Action.ASK, Reason.BELOW_THRESHOLD),
    ("below the threshold", WEAK, {}, Action.ASK, Reason.BELOW_THRESHOLD),
    ("two close answers", CLOSE, {}, Action.ASK, Reason.CLOSE_ANSWERS),
    ("a risky guess", RISKY, {}, Action.HUMAN, Reason.RISKY),
    ("a risky guess that is proven", RISKY_SURE, {}, Action.ANSWER, Reason.CERTIFIED),
    ("an answer of another intent", OTHER, {}, Action.HUMAN, Reason.RISKY),
    ("nothing proven", SURE, {"thresholds": Thresholds({})}, Action.ASK, Reason.BELOW_THRESHOLD),
    ("small talk", HELLO, {}, Action.ANSWER, Reason.CHITCHAT),
    (
        "small talk that goes on",
        HELLO,
        {"memory": Memory(small_talk=2)},
        Action.SILENT,
        Reason.CHITCHAT,
    ),
    ("out of scope", ODD, {}, Action.ASK, Reason.OUT_OF_SCOPE),
    ("out of scope again", ODD, {"memory": Memory(misses=1)}, Action.HUMAN, Reason.SECOND_MISS),
    ("below again", WEAK, {"memory": Memory(misses=1)}, Action.HUMAN, Reason.SECOND_MISS),
    ("a complaint", ANGRY, {}, Action.HUMAN, Reason.COMPLAINT),
    ("no answer to offer", BARE, {}, Action.HUMAN, Reason.LAST_RESORT),
    (
        "a person has it",
        SURE,
        {"memory": Memory(status=Status.OPEN)},
        Action.SILENT,
        Reason.PERSON_HAS_IT,
    ),
    (
        "the same question after its answer",
        SURE,
        {"memory": Memory(last_answer="delivery/when", last_text="什么时候发货?")},
        Action.HUMAN,
        Reason.REPEATED,
    ),
    ("a picture", None, {"kind": Kind.IMAGE, "text": ""}, Action.HUMAN, Reason.NO_WORDS),
    ("a voice", None, {"kind": Kind.VOICE, "text": ""}, Action.ASK, Reason.NO_WORDS),
    (
        "a voice again",
        None,
        {"kind": Kind.VOICE, "text": "", "memory": Memory(misses=1)},
        Action.HUMAN,
        Reason.NO_WORDS,
    ),
    (
        "a new follower",
        None,
        {"kind": Kind.EVENT, "text": "", "event": Event.FOLLOW},
        Action.ANSWER,
        Reason.WELCOME,
    ),
    (
        "another event",
        None,
        {"kind": Kind.EVENT, "text": "", "event": Event.SCAN},
        Action.SILENT,
        Reason.NOT_A_MESSAGE,
    ),
]


@pytest.mark.parametrize(
    ("prediction", "more", "action", "reason"), [c[1:] for c in CASES], ids=[c[0] for c in CASES]
)
def test_what_a_message_gets(prediction, more, action, reason):
    decision = said(prediction, **more)
    assert (decision.action, decision.reason) == (action, reason)


def words(text):
    return predicted(text, "delivery", 0.99, ("delivery/when", 0.99))


@pytest.mark.parametrize(
    ("text", "switches", "rule"),
    [
        ("我要转人工!", (), "ask_person"),
        ("转 人 工", (), "ask_person"),
        ("转人工智能是什么", (), None),
        ("人工", (), "just_person"),
        ("人工费多少", (), None),
        ("订单呢", ("order",), "order"),
        ("订单呢", (), None),
        ("包邮吗", (), "fee"),
    ],
)
def test_keyword_rules_catch_what_they_say_and_no_more(text, switches, rule):
    assert said(words(text), switches=switches).rule == rule


def test_a_rule_can_give_an_answer_by_itself():
    decision = said(words("包邮吗"))
    assert (decision.action, decision.answer) == (Action.ANSWER, "delivery/fee")


MENU = Memory(offered=("delivery/when", "delivery/where"))


@pytest.mark.parametrize(
    ("text", "answer", "reason"),
    [
        ("1", "delivery/when", Reason.CHOSEN_FROM_MENU),
        ("2.", "delivery/where", Reason.CHOSEN_FROM_MENU),
        ("快递到哪了?", "delivery/where", Reason.CHOSEN_FROM_MENU),
        ("3", None, Reason.NONE_OF_THESE),
        ("都不是", None, Reason.NONE_OF_THESE),
    ],
)
def test_a_menu_is_answered_by_number_or_words(text, answer, reason):
    decision = said(predicted(text, "out_of_scope", 0.9), memory=MENU)
    assert decision.reason is reason
    if answer:
        assert decision.answer == answer


def test_a_tapped_option_counts_without_words():
    decision = said(None, memory=MENU, text="", detail={"option": "delivery/where"})
    assert decision.answer == "delivery/where"


def test_something_else_after_a_menu_is_judged_as_usual():
    memory = Memory(offered=("delivery/where",))
    assert said(SURE, memory=memory).reason is Reason.CERTIFIED


def test_a_menu_offers_no_more_lines_than_the_policy_says():
    answers = [(name, 0.5) for name in ANSWERS]
    decision = said(predicted("嗯嗯", "delivery", 0.5, *answers))
    assert decision.options == ("delivery/when", "delivery/where", "delivery/fee")


def test_every_decision_carries_the_guess_for_the_agent():
    decision = said(RISKY)
    assert (decision.intent, decision.answer, decision.model) == (
        "flashing_rom",
        "flashing_rom/how",
        "m-1",
    )
    assert decision.threshold == 0.95
