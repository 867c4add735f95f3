"""Learn how far a nearest answer can be believed, from questions held out one by one.

Each wording of an answer is asked while it is left out of the index: the nearest answer is then
right or wrong. Other examples show what nearness means nothing: they have no answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

from training.dataset import Dataset
from triagebot.domain.catalogue import Catalogue
from triagebot.triage.answer_choice import SOLVED, left_out_scores
from triagebot.triage.answer_index import AnswerIndex
from triagebot.triage.answers import AnswerCalibration, Nearness, Question, bare, measures
from triagebot.triage.features import Message, Rows, Vocabulary
from triagebot.triage.normalise import normalise
from triagebot.triage.segment import build_segmenter

Floats = NDArray[np.float64]

_LEAST = 20


@dataclass(frozen=True, slots=True)
class AnswerFit:
    """How answers are scored; `accuracy` is the share of held-out wordings that find theirs."""

    calibration: AnswerCalibration
    accuracy: float


def fit_answers(
    catalogue: Catalogue,
    dataset: Dataset,
    messages: Sequence[Message],
    intents: Sequence[str],
    probabilities: Floats,
    vocabulary: Vocabulary,
) -> AnswerFit:
    """Return the calibration for the catalogue's answers, asked by all rows of the dataset.

    `messages` holds one entry a row, `probabilities` held-out ones of shape (n_rows, n_intents).
    A row that names no answer wants none. The defaults are returned when there are too few right
    or wrong answers to learn from.
    """
    questions, rows = _questions(catalogue, vocabulary)
    # One thread, so that the same input gives the same numbers on any number of cores.
    with threadpool_limits(1):
        index = AnswerIndex(questions, rows, len(vocabulary), intents)
        found = nearest_held_out(index, questions, rows, messages, probabilities, vocabulary)
    features: list[list[float]] = []
    right: list[bool] = []
    hits = [
        bool(near) and near[0].answer == row.answer
        for row, near in zip(dataset.rows, found, strict=True)
        if row.answer is not None
    ]
    for row, near, guess in zip(dataset.rows, found, probabilities, strict=True):
        if near:
            best = near[0]
            features.append(measures(best, float(guess[intents.index(best.intent)])))
            right.append(best.answer == row.answer)
    enough = _LEAST <= sum(right) <= len(right) - _LEAST
    calibration = _fit(np.array(features), np.array(right)) if enough else AnswerCalibration()
    return AnswerFit(calibration, sum(hits) / max(1, len(hits)))


def nearest_held_out(
    index: AnswerIndex,
    questions: Sequence[Question],
    rows: Rows,
    messages: Sequence[Message],
    probabilities: Floats,
    vocabulary: Vocabulary,
) -> list[list[Nearness]]:
    """Return the likeliest answers of each message, as if it were no wording of any answer.

    `rows` are those of the `questions` that the index was made of.
    """
    texts = [text for text, _ in messages]
    asked, intents = index.searched(probabilities)
    scores = index.scores(vocabulary.rows(messages), asked, intents)
    places = {text: i for i, text in enumerate(q.text for q in questions)}
    wording = np.array([places.get(bare(text), -1) for text in texts])
    for intent, own in enumerate(index.places):
        if own and len(own) <= SOLVED:
            number = np.full(len(questions) + 1, -1)
            number[own] = np.arange(len(own))
            count = len(index.of_intent[intent])
            owners = index.owners(questions, intent)
            left_out = left_out_scores(rows.take(np.array(own)), owners, count)
            pairs = np.flatnonzero((intents == intent) & (number[wording[asked]] >= 0))
            scores[pairs, :count] = left_out[number[wording[asked[pairs]]]]
    return list(index.ranked(texts, asked, intents, scores, probabilities, held_out=True))


def _questions(catalogue: Catalogue, vocabulary: Vocabulary) -> tuple[list[Question], Rows]:
    segmenter = build_segmenter(catalogue.words)
    questions: list[Question] = []
    heard: list[Message] = []
    for answer in catalogue.answers.values():
        for wording in answer.questions:
            text = normalise(wording)
            questions.append(Question(answer.id, answer.intent, bare(text), wording))
            heard.append((text, segmenter.cut(text)))
    return questions, vocabulary.rows(heard)


def _fit(features: Floats, right: NDArray[np.bool_]) -> AnswerCalibration:
    model = LogisticRegression(C=10.0, max_iter=1000).fit(features, right)
    weights = [round(float(value), 6) for value in model.coef_[0]]
    return AnswerCalibration(round(float(model.intercept_[0]), 6), *weights)
