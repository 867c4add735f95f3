"""How sure a nearest answer is: one calibrated score of this answer to this message.

It joins the intent's probability, the answer's chance among those of the intent and the likeness to
the answer's nearest wording, so that two answers of one intent differ.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from triagebot.domain.prediction import RankedAnswer

EXACT = 0.999
"""The confidence in an answer whose question was sent word for word."""

_BARE = re.compile(r"[\W_]+")
_FLOOR = 1e-4


def bare(text: str) -> str:
    """Return normalised text without punctuation and blanks, for comparing and exact hits."""
    return _BARE.sub("", text) or text


@dataclass(frozen=True, slots=True)
class Question:
    """One wording of an answer: normalised and bare, and as it is shown."""

    answer: str
    intent: str
    text: str
    shown: str


@dataclass(frozen=True, slots=True)
class Nearness:
    """How near an answer is to a message.

    `chance` is its probability among the intent's answers, `score` about 1 for what its wordings
    say and about 0 for everything else; `ratio` is rapidfuzz's likeness, 0..1, to the nearest of
    its wordings, which is `matched`.
    """

    answer: str
    intent: str
    chance: float
    score: float
    ratio: float
    matched: str
    exact: bool = False


@dataclass(frozen=True, slots=True)
class AnswerCalibration:
    """Weights of the logistic score that the answer is right.

    Learnt from held-out questions by `training/answer_fit.py`; `chance` and `intent` weigh the
    logarithms of the answer's and the intent's probability.
    """

    bias: float = 0.5
    chance: float = 1.0
    score: float = 1.0
    ratio: float = 1.0
    intent: float = 1.0

    def confidence(self, near: Nearness, intent_probability: float) -> float:
        """Return the probability, 0..1, that the answer is right."""
        if near.exact:
            return EXACT
        chance, score, ratio, intent = measures(near, intent_probability)
        score = (
            self.bias
            + self.chance * chance
            + self.score * score
            + self.ratio * ratio
            + self.intent * intent
        )
        return 1.0 / (1.0 + math.exp(-score))


def measures(near: Nearness, intent_probability: float) -> list[float]:
    """Return what the calibration weighs, in its order, after the bias."""
    logs = math.log(max(near.chance, _FLOOR)), math.log(max(intent_probability, _FLOOR))
    return [logs[0], near.score, near.ratio, logs[1]]


def rank(
    near: Sequence[Nearness], intents: Mapping[str, float], calibration: AnswerCalibration
) -> tuple[RankedAnswer, ...]:
    """Return the answers by their calibrated confidence, best first.

    `intents` gives the probability of each intent of the message.
    """
    ranked = [
        RankedAnswer(
            item.answer,
            calibration.confidence(item, intents.get(item.intent, 0.0)),
            item.ratio,
            item.matched,
            item.exact,
        )
        for item in near
    ]
    return tuple(sorted(ranked, key=lambda answer: -answer.confidence))
