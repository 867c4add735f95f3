"""A stand-in for the model: words decide the intent; deciding and wording are the real ones."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import SimpleNamespace

import numpy as np

from triagebot.domain.catalogue import Answer, Catalogue, Intent, IntentKind, Policy, Risk
from triagebot.domain.conversation import Memory
from triagebot.domain.decision import Decision
from triagebot.domain.message import Inbound, Reply
from triagebot.domain.prediction import Contribution, Prediction, RankedAnswer, RankedIntent
from triagebot.triage.case import Case, Thresholds
from triagebot.triage.classify import LinearModel
from triagebot.triage.cluster import LEAST, Cluster, Waiting, cluster
from triagebot.triage.decide import decide
from triagebot.triage.features import Vocabulary
from triagebot.triage.likeness import Likeness
from triagebot.triage.normalise import normalise
from triagebot.triage.say import Voice
from triagebot.triage.verdicts import Verdict

NOTHING_KNOWN = Vocabulary({}, {}, np.ones(1), (1.0, 1.0))

TEXTS = {
    "welcome": "您好",
    "holding": "已转人工，前面还有 {place} 位",
    "holding_closed": "客服休息中",
    "menu_head": "您想问的是？",
    "menu_none": "以上都不是",
    "help": "我可以回答发货问题",
    "no_words": "请用文字描述",
    "small_talk": "我在呢",
    "did_it_help": "没解决请回复人工",
}


def _intent(name: str, kind: IntentKind, risk: Risk) -> Intent:
    return Intent(name, kind, risk, {"zh": name, "en": name}, {"zh": "", "en": ""})


CATALOGUE = Catalogue(
    intents={
        "delivery": _intent("delivery", IntentKind.BUSINESS, Risk.LOW),
        "complaint": _intent("complaint", IntentKind.COMPLAINT, Risk.HIGH),
        "out_of_scope": _intent("out_of_scope", IntentKind.OUT_OF_SCOPE, Risk.LOW),
    },
    answers={
        "delivery/when": Answer(
            "delivery/when", "delivery", "什么时候发货", (), "{brand}三天内发货", Risk.LOW
        ),
        "delivery/track": Answer(
            "delivery/track", "delivery", "怎么查物流", (), "在订单里查", Risk.LOW
        ),
    },
    rules=(),
    policy=Policy(0.02, 0.95, 0.15, 3, 3, {Risk.LOW: 1.0}, 2.0, TEXTS),
    words=(),
)


class StandInMind:
    """发货 is certainly delivery, 物流 nearly, 投诉 a complaint; the rest is out of scope."""

    model = "stand-in"

    def __init__(self, catalogue: Catalogue = CATALOGUE) -> None:
        self.catalogue = catalogue
        self.voice = Voice(catalogue, {"brand": "小样"})
        intents = tuple(catalogue.intents)
        model = LinearModel(np.zeros((1, len(intents)), np.float32), intents, 1.0)
        self.bundle = SimpleNamespace(words=catalogue.words, vocabulary=NOTHING_KNOWN, model=model)

    def edited(self, catalogue: Catalogue) -> StandInMind:
        return StandInMind(catalogue)

    @property
    def needs(self) -> dict[str, int]:
        return {"complaint": 41}

    def verdicts(self) -> dict[tuple[str, str], Verdict]:
        return {("物流呢", "delivery"): Verdict("complaint", 0.93)}

    def think(self, texts: Sequence[str]) -> list[Prediction]:
        return [_predict(text) for text in texts]

    def decide(
        self,
        inbound: Inbound,
        memory: Memory,
        prediction: Prediction | None,
        switches: Sequence[str] | None = None,
    ) -> Decision:
        thresholds = Thresholds({"delivery": 0.8})
        return decide(Case(inbound, memory, prediction, self.catalogue, thresholds, switches or ()))

    def say(self, decision: Decision, place: Callable[[], int]) -> Reply:
        return self.voice.say(decision, place)

    def cluster(self, waiting: Sequence[Waiting], least: float = LEAST) -> list[Cluster]:
        return cluster(waiting, _hear, NOTHING_KNOWN, lambda intent: False, least)

    def likeness(self, texts: Sequence[str]) -> Likeness:
        return Likeness([_hear(text) for text in texts], NOTHING_KNOWN)

    @property
    def facts(self) -> dict[str, str]:
        return {"brand": "小样"}

    def explain(self, prediction: Prediction, intent: str) -> list[Contribution]:
        return [Contribution(token, 1.0) for token in prediction.tokens]


def _hear(text: str) -> tuple[str, list[str]]:
    plain = normalise(text)
    return plain, list(plain)


class Holder:
    def __init__(self) -> None:
        self.trained = StandInMind()
        self.mind = self.trained

    async def edit(self, change: Callable[[Catalogue], Catalogue]) -> None:
        self.mind = self.trained.edited(change(self.trained.catalogue))


def _predict(text: str) -> Prediction:
    intent, confidence = "out_of_scope", 0.9
    if "投诉" in text:
        intent = "complaint"
    elif "发货" in text:
        intent, confidence = "delivery", 0.95
    elif "物流" in text:
        intent, confidence = "delivery", 0.6
    others = [name for name in CATALOGUE.intents if name != intent]
    ranked = (RankedIntent(intent, confidence), *(RankedIntent(name, 0.05) for name in others))
    answers = ()
    if intent == "delivery":
        best = 0.9 if confidence > 0.8 else 0.55
        answers = (
            RankedAnswer("delivery/when", best, best, "什么时候发货"),
            RankedAnswer("delivery/track", 0.3, 0.3, "怎么查物流"),
        )
    return Prediction(text, tuple(text.split()) or (text,), ranked, answers, 1.0, "stand-in")
