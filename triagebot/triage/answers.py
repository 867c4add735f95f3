"""Find the answers whose questions are nearest to a message.

Every question is a TF-IDF row; an inverted index gives the cosine to all of them at once. The
questions of an answer vote together, rapidfuzz compares the nearest again, and one calibrated score
joins all with the intent's probability, so that two answers of one intent differ.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz

from triagebot.domain.prediction import RankedAnswer
from triagebot.triage.features import INTERCEPT, Rows, Vocabulary

CANDIDATES = 6
COMMON_SHARE = 0.1
"""Features that more questions than this have tell none apart, and cost the most to look up."""

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
    """How near an answer is to a message; all measures are 0..1, but for `vote`.

    `cosine` is that of its best question, `ratio` rapidfuzz's of the same, `vote` the fourth root
    of the sum of its questions' cosines to the fourth, `lead` the vote ahead of the next answer.
    """

    answer: str
    intent: str
    cosine: float
    ratio: float
    vote: float
    lead: float
    matched: str
    exact: bool = False


@dataclass(frozen=True, slots=True)
class AnswerCalibration:
    """Weights of the logistic score that the nearest answer is right.

    Learnt from held-out questions by `training/answer_fit.py`; `intent` weighs the logarithm of
    the intent's probability.
    """

    bias: float = -6.0
    cosine: float = 3.0
    ratio: float = 2.0
    vote: float = 3.0
    lead: float = 3.0
    intent: float = 0.5

    def confidence(self, near: Nearness, intent_probability: float) -> float:
        """Return the probability, 0..1, that the answer is right."""
        if near.exact:
            return EXACT
        score = (
            self.bias
            + self.cosine * near.cosine
            + self.ratio * near.ratio
            + self.vote * near.vote
            + self.lead * near.lead
            + self.intent * math.log(max(intent_probability, _FLOOR))
        )
        return 1.0 / (1.0 + math.exp(-score))


class AnswerIndex:
    """All questions of all answers, searchable by a message's row.

    The questions of one answer must follow each other.
    """

    def __init__(self, questions: Sequence[Question], rows: Rows, vocabulary: Vocabulary) -> None:
        self._questions = tuple(questions)
        self._norm = 1.0 / max(1e-9, sum(w * w for w in vocabulary.block_weights))
        self._starts = np.array(
            [i for i, q in enumerate(questions) if i == 0 or questions[i - 1].answer != q.answer],
            np.int64,
        )
        self._ends = np.append(self._starts[1:], len(questions))
        self._postings = Postings.of(rows, len(vocabulary), len(questions))
        self._exact = _exact(questions)

    def nearest(self, text: str, rows: Rows, without: int | None = None) -> list[Nearness]:
        """Return the nearest answers of the single message, best vote first, each once.

        `without` leaves out one question, so that it can be held out when fitting.
        """
        if not self._questions:
            return []
        cosines = self._postings.dot(rows) * self._norm
        if without is not None:
            cosines[without] = 0.0
        fourth = cosines * cosines
        fourth *= fourth
        votes = np.sqrt(np.sqrt(np.add.reduceat(fourth, self._starts)))
        order = np.argsort(-votes, kind="stable")[: CANDIDATES + 1].tolist()
        heights = [*votes[order].tolist(), 0.0]
        plain = bare(text)
        exact = self._exact.get(plain) if without is None else None
        return [
            self._near(i, plain, cosines, heights, place, exact)
            for place, i in enumerate(order[:CANDIDATES])
            if heights[place] > 0.0
        ]

    def _near(
        self,
        i: int,
        plain: str,
        cosines: NDArray[np.float64],
        heights: Sequence[float],
        place: int,
        exact: str | None,
    ) -> Nearness:
        start = int(self._starts[i])
        best = start + int(cosines[start : self._ends[i]].argmax())
        question = self._questions[best]
        lead = heights[0] - heights[1] if place == 0 else heights[place] - heights[0]
        return Nearness(
            question.answer,
            question.intent,
            min(1.0, float(cosines[best])),
            fuzz.ratio(plain, question.text) / 100.0,
            heights[place],
            lead,
            question.shown,
            question.answer == exact,
        )


@dataclass(frozen=True, slots=True)
class Postings:
    """For each feature the questions that have it, end to end in flat arrays."""

    first: NDArray[np.int64]
    count: NDArray[np.int64]
    places: NDArray[np.int64]
    values: NDArray[np.float64]
    size: int

    @classmethod
    def of(cls, rows: Rows, n_features: int, n_questions: int) -> Postings:
        """Invert the questions' rows, without the features that too many of them have."""
        ends = np.append(rows.starts[1:], len(rows.ids))
        owners = np.repeat(np.arange(n_questions), ends - rows.starts)
        frequency = np.bincount(rows.ids, minlength=n_features)
        frequency[INTERCEPT] = n_questions + 1
        telling = frequency[rows.ids] <= max(20, COMMON_SHARE * n_questions)
        order = np.argsort(rows.ids[telling], kind="stable")
        ids = rows.ids[telling][order]
        count = np.bincount(ids, minlength=n_features)
        first = np.cumsum(count) - count
        return cls(first, count, owners[telling][order], rows.values[telling][order], n_questions)

    def dot(self, rows: Rows) -> NDArray[np.float64]:
        """Return the product of the single message's row with each question's."""
        counts = self.count[rows.ids]
        ends = np.cumsum(counts)
        at = np.arange(ends[-1]) + np.repeat(self.first[rows.ids] - ends + counts, counts)
        weights = self.values[at] * np.repeat(rows.values, counts)
        return np.bincount(self.places[at], weights, minlength=self.size).astype(np.float64)


def _exact(questions: Sequence[Question]) -> dict[str, str]:
    """Return the answer of each bare wording that only one answer has."""
    owners: dict[str, set[str]] = {}
    for question in questions:
        owners.setdefault(question.text, set()).add(question.answer)
    return {text: answers.pop() for text, answers in owners.items() if len(answers) == 1}


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
            item.cosine,
            item.matched,
            item.exact,
        )
        for item in near
    ]
    return tuple(sorted(ranked, key=lambda answer: -answer.confidence))
