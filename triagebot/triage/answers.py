"""Find the answers whose questions are nearest to a message.

Every question is a TF-IDF row; an inverted index gives the cosine to all of them at once, the best
few are compared again by rapidfuzz, and one calibrated score joins both with the intent's
probability, so that two answers of one intent differ.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz

from triagebot.domain.prediction import RankedAnswer
from triagebot.triage.features import INTERCEPT, Rows, Vocabulary

CANDIDATES = 12
_BARE = re.compile(r"[\W_]+")
_FLOOR = 1e-4


def bare(text: str) -> str:
    """Return normalised text without punctuation and blanks, for comparing and exact hits."""
    return _BARE.sub("", text) or text


@dataclass(frozen=True, slots=True)
class AnswerCalibration:
    """Weights of the logistic score that an answer is right.

    score = bias + cosine·c + ratio·r + ln p(intent)·i + lead·l, where lead is the similarity
    ahead of the next answer. Learnt from held-out questions by `training/answer_fit.py`.
    """

    bias: float = -6.0
    cosine: float = 4.0
    ratio: float = 4.0
    intent: float = 0.5
    lead: float = 2.0

    def confidence(self, cosine: float, ratio: float, intent: float, lead: float) -> float:
        """Return the probability, 0..1, that the answer is right."""
        score = (
            self.bias
            + self.cosine * cosine
            + self.ratio * ratio
            + self.intent * float(np.log(max(intent, _FLOOR)))
            + self.lead * lead
        )
        return float(1.0 / (1.0 + np.exp(-score)))


@dataclass(frozen=True, slots=True)
class Question:
    """One wording of an answer: normalised, and without punctuation."""

    answer: str
    intent: str
    text: str
    shown: str


@dataclass(frozen=True, slots=True)
class Nearness:
    """How near an answer is: the best cosine and ratio over its questions, 0..1."""

    answer: str
    intent: str
    cosine: float
    ratio: float
    matched: str

    @property
    def similarity(self) -> float:
        """The mean of both measures, 0..1."""
        return (self.cosine + self.ratio) / 2


class AnswerIndex:
    """All questions of all answers, searchable by a message's row."""

    def __init__(self, questions: Sequence[Question], rows: Rows, vocabulary: Vocabulary) -> None:
        self._questions = tuple(questions)
        self._exact = {question.text: i for i, question in enumerate(questions)}
        self._norm = 1.0 / max(1e-9, sum(w * w for w in vocabulary.block_weights))
        self._postings = _invert(rows)

    def __len__(self) -> int:
        return len(self._questions)

    def nearest(self, text: str, rows: Rows, without: int | None = None) -> list[Nearness]:
        """Return the nearest answers of the single message, best first, each once.

        `without` leaves out one question, so that it can be held out when fitting.
        """
        if not self._questions:
            return []
        cosines = self._cosines(rows)
        if without is not None:
            cosines[without] = 0.0
        top = np.argsort(-cosines, kind="stable")[:CANDIDATES]
        plain = bare(text)
        found: dict[str, Nearness] = {}
        candidates = [int(i) for i in top if cosines[i] > 0.0]
        exact = self._exact.get(plain)
        if exact is not None and exact not in (without, *candidates):
            candidates.append(exact)
        for i in candidates:
            question = self._questions[i]
            ratio = fuzz.ratio(plain, question.text) / 100.0
            near = Nearness(
                question.answer, question.intent, float(cosines[i]), ratio, question.shown
            )
            best = found.get(question.answer)
            if best is None or near.similarity > best.similarity:
                found[question.answer] = near
        return sorted(found.values(), key=lambda near: -near.similarity)

    def _cosines(self, rows: Rows) -> NDArray[np.float64]:
        places: list[NDArray[np.int64]] = []
        weights: list[NDArray[np.float64]] = []
        for feature, value in zip(rows.ids.tolist(), rows.values.tolist(), strict=True):
            posting = self._postings.get(feature)
            if posting is not None:
                places.append(posting[0])
                weights.append(posting[1] * value)
        if not places:
            return np.zeros(len(self._questions))
        total = np.bincount(
            np.concatenate(places), np.concatenate(weights), minlength=len(self._questions)
        )
        return np.asarray(np.minimum(total * self._norm, 1.0), np.float64)


def rank(
    near: Sequence[Nearness], intents: Mapping[str, float], calibration: AnswerCalibration
) -> tuple[RankedAnswer, ...]:
    """Return the answers by their calibrated confidence, best first.

    `intents` gives the probability of each intent of the message.
    """
    ranked = []
    for i, item in enumerate(near):
        others = near[1].similarity if i == 0 and len(near) > 1 else near[0].similarity
        lead = item.similarity - (others if len(near) > 1 else 0.0)
        confidence = calibration.confidence(
            item.cosine, item.ratio, intents.get(item.intent, 0.0), lead
        )
        ranked.append(RankedAnswer(item.answer, confidence, item.similarity, item.matched))
    return tuple(sorted(ranked, key=lambda answer: -answer.confidence))


def _invert(rows: Rows) -> dict[int, tuple[NDArray[np.int64], NDArray[np.float64]]]:
    gathered: dict[int, tuple[list[int], list[float]]] = {}
    ends = np.append(rows.starts[1:], len(rows.ids))
    for row, (start, end) in enumerate(zip(rows.starts, ends, strict=True)):
        for k in range(int(start), int(end)):
            feature = int(rows.ids[k])
            if feature == INTERCEPT:
                continue
            places, values = gathered.setdefault(feature, ([], []))
            places.append(row)
            values.append(float(rows.values[k]))
    return {f: (np.array(p, np.int64), np.array(v)) for f, (p, v) in gathered.items()}
