"""Learn how far a nearest answer can be believed, from questions held out one by one.

Each wording of an answer is asked while it is left out of the index: the nearest answer is then
right or wrong. Other examples show what nearness means nothing: they have no answer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from training.dataset import Dataset
from triagebot.domain.catalogue import Catalogue
from triagebot.triage.answers import (
    AnswerCalibration,
    AnswerIndex,
    Nearness,
    Question,
    bare,
)
from triagebot.triage.features import Message, Vocabulary
from triagebot.triage.normalise import normalise
from triagebot.triage.segment import build_segmenter

_FLOOR = 1e-4
_LEAST = 20


@dataclass(frozen=True, slots=True)
class Asked:
    """A message with its true intent and, if it is a wording, its answer and place in the index."""

    message: Message
    intent: str
    answer: str | None
    place: int | None
    probabilities: Mapping[str, float]


def fit_answers(
    catalogue: Catalogue,
    dataset: Dataset,
    messages: Sequence[Message],
    probabilities: Sequence[Mapping[str, float]],
    vocabulary: Vocabulary,
) -> AnswerCalibration:
    """Return the calibration for the catalogue's answers, asked by all rows of the dataset.

    `messages` and `probabilities` hold one entry a row; the latter are held-out.
    """
    segmenter = build_segmenter(catalogue.words)
    questions: list[Question] = []
    heard: list[Message] = []
    for answer in catalogue.answers.values():
        for wording in answer.questions:
            text = normalise(wording)
            questions.append(Question(answer.id, answer.intent, bare(text), wording))
            heard.append((text, segmenter.cut(text)))
    index = AnswerIndex(questions, vocabulary.rows(heard), vocabulary)
    places = {text: i for i, (text, _) in enumerate(heard)}
    asked = [
        Asked(message, row.intent, row.answer, places.get(message[0]), guess)
        for message, row, guess in zip(messages, dataset.rows, probabilities, strict=True)
    ]
    return learn_answer_calibration(asked, index, vocabulary)


def probabilities_by_intent(
    intents: Sequence[str], probabilities: NDArray[np.float64]
) -> list[dict[str, float]]:
    """Return each row of probabilities as a mapping."""
    return [dict(zip(intents, row, strict=True)) for row in probabilities.tolist()]


def learn_answer_calibration(
    asked: Sequence[Asked], index: AnswerIndex, vocabulary: Vocabulary
) -> AnswerCalibration:
    """Return the fitted weights; the defaults when there are too few questions to learn from."""
    features: list[list[float]] = []
    right: list[bool] = []
    for item in asked:
        near = index.nearest(item.message[0], vocabulary.rows([item.message]), item.place)
        if not near:
            continue
        features.append(_features(near[0], item.probabilities))
        right.append(_judge(item, near[0]))
    if sum(right) < _LEAST or len(right) - sum(right) < _LEAST:
        return AnswerCalibration()
    return _fit(np.array(features), np.array(right))


def _judge(item: Asked, best: Nearness) -> bool:
    """Return whether the best answer is the one that the message wants; many want none."""
    return best.answer == item.answer


def _features(best: Nearness, probabilities: Mapping[str, float]) -> list[float]:
    intent = float(np.log(max(probabilities.get(best.intent, 0.0), _FLOOR)))
    return [best.cosine, best.ratio, best.vote, best.lead, intent]


def _fit(features: NDArray[np.float64], right: NDArray[np.bool_]) -> AnswerCalibration:
    model = LogisticRegression(C=10.0, max_iter=1000).fit(features, right)
    weights = [round(float(value), 6) for value in model.coef_[0]]
    return AnswerCalibration(round(float(model.intercept_[0]), 6), *weights)
