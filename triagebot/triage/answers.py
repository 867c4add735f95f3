"""How sure the nearest answers are: a calibrated probability of each answer to this message.

It joins the intent's probability, the answer's chance among those of the intent, the likeness to
its nearest wording and the words that it shares, so that two answers of one intent differ. The
candidates compete with each other and with "none of these", which scores 0 (conditional logit,
McFadden 1974): so a close second makes the first less sure, and together they are at most 1.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter

import msgspec

from triagebot.domain.catalogue import Catalogue
from triagebot.domain.prediction import RankedAnswer
from triagebot.triage.features import Message

EXACT = 0.999
"""The confidence in an answer whose question was sent word for word."""

_BARE = re.compile(r"[\W_]+")
_FLOOR = 1e-4
_STEEPEST = 500.0
_CONFIDENCE = attrgetter("confidence")


def bare(text: str) -> str:
    """Return normalised text without punctuation and blanks, for comparing and exact hits."""
    return _BARE.sub("", text) or text


@dataclass(frozen=True, slots=True)
class Question:
    """One wording of an answer: normalised and bare, as it is shown, and its different words."""

    answer: str
    intent: str
    text: str
    shown: str
    words: frozenset[str]


class Nearness(msgspec.Struct, frozen=True, gc=False):
    """How near an answer is to a message.

    `chance` is its probability among the intent's answers, `score` about 1 for what its wordings
    say and about 0 for everything else; `ratio` is rapidfuzz's likeness, 0..1, to the nearest of
    its wordings, which is `matched`. `shared` is the part, 0..1, of the message's words that any of
    its wordings has, rare words counting more; `among` how many answers the intent has.
    """

    answer: str
    intent: str
    chance: float
    score: float
    ratio: float
    matched: str
    shared: float
    among: int
    exact: bool = False


@dataclass(frozen=True, slots=True)
class AnswerCalibration:
    """Weights of an answer's score against the score 0 of "none of these".

    Learnt from held-out questions by `training/answer_fit.py`; `chance`, `intent` and `among` weigh
    the logarithms of the answer's and the intent's probability and of the number of answers.
    """

    bias: float = 0.5
    chance: float = 1.0
    score: float = 1.0
    ratio: float = 1.0
    intent: float = 1.0
    shared: float = 0.0
    among: float = 0.0

    def confidences(self, near: Sequence[Nearness], intents: Mapping[str, float]) -> list[float]:
        """Return the probability, 0..1, of each answer to be the right one of a message.

        `intents` gives the probability of each intent of the message.
        """
        odds = [self._odds(item, intents.get(item.intent, 0.0)) for item in near]
        every = 1.0 + sum(odds)
        return [EXACT if item.exact else own / every for item, own in zip(near, odds, strict=True)]

    def _odds(self, near: Nearness, intent_probability: float) -> float:
        """Return the odds against "none of these"; an exact wording does not compete."""
        if near.exact:
            return 0.0
        chance, score, ratio, intent, shared, among = measures(near, intent_probability)
        return math.exp(
            min(
                self.bias
                + self.chance * chance
                + self.score * score
                + self.ratio * ratio
                + self.intent * intent
                + self.shared * shared
                + self.among * among,
                _STEEPEST,
            )
        )


def measures(near: Nearness, intent_probability: float) -> list[float]:
    """Return what the calibration weighs, in its order, after the bias."""
    return [
        math.log(max(near.chance, _FLOOR)),
        near.score,
        near.ratio,
        math.log(max(intent_probability, _FLOOR)),
        near.shared,
        math.log(near.among),
    ]


def rank(
    near: Sequence[Nearness], intents: Mapping[str, float], calibration: AnswerCalibration
) -> tuple[RankedAnswer, ...]:
    """Return the answers by their calibrated confidence, best first.

    `intents` gives the probability of each intent of the message.
    """
    sure = calibration.confidences(near, intents)
    ranked = [
        RankedAnswer(item.answer, confidence, item.ratio, item.matched, item.exact)
        for item, confidence in zip(near, sure, strict=True)
    ]
    ranked.sort(key=_CONFIDENCE, reverse=True)
    return tuple(ranked)


def questions_of(
    catalogue: Catalogue, hear: Callable[[str], Message]
) -> tuple[list[Question], list[Message]]:
    """Return all wordings of the catalogue's answers, by their ids, and each as it is heard."""
    questions, heard = [], []
    for _, answer in sorted(catalogue.answers.items()):
        for wording in answer.questions:
            text, tokens = hear(wording)
            words = frozenset(filter(str.strip, tokens))
            questions.append(Question(answer.id, answer.intent, bare(text), wording, words))
            heard.append((text, tokens))
    return questions, heard
