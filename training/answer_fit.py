"""Learn how far the nearest answers can be believed, from questions held out one by one.

Each wording of an answer is asked while it is left out of the index: one of the answers found is
right, or none. Examples that name no answer show what nearness means nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from training.choice_logit import choice_chances, fit_choice
from training.dataset import Dataset
from training.learn import Learned
from training.measures import calibration_error, coverage_at, reliability
from triagebot.domain.catalogue import Catalogue
from triagebot.triage.answer_choice import SOLVED, Learnt, left_out_scores
from triagebot.triage.answer_index import AnswerIndex
from triagebot.triage.answers import (
    AnswerCalibration,
    Nearness,
    Question,
    bare,
    measures,
    questions_of,
)
from triagebot.triage.features import Message, Rows, Vocabulary
from triagebot.triage.normalise import normalise
from triagebot.triage.segment import build_segmenter

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

ERROR = 0.05

_LEAST = 20
_FOLDS, _SEED = 5, 7


@dataclass(frozen=True, slots=True)
class AnswerFit:
    """How answers are scored, and what that is worth on wordings that it did not learn from.

    `accuracy` is the share of held-out wordings whose surest answer is theirs, `ece` the expected
    calibration error of that confidence, `coverage` the largest share that could be answered with
    at most `ERROR` wrong; all 0..1. `learnt` is how answers are chosen.
    """

    learnt: Learnt
    calibration: AnswerCalibration
    accuracy: float
    ece: float
    coverage: float


@dataclass(frozen=True, slots=True)
class _Asked:
    """Messages that have candidates, as numbers; `right` is 1 for a message's own answer.

    `counts` are the candidates of each message, `fold` is its fold, `named` whether it has an
    answer of its own.
    """

    measures: Floats
    right: Floats
    counts: Ints
    fold: Ints
    named: NDArray[np.bool_]

    def fit(self, members: NDArray[np.bool_]) -> Floats:
        every = members.repeat(self.counts)
        return fit_choice(self.measures[every], self.right[every], self.counts[members])

    def unseen(self) -> Floats:
        """Return the chance of each candidate by weights that its fold did not teach."""
        found = np.zeros(len(self.right))
        for fold in np.unique(self.fold):
            mine = self.fold == fold
            every = mine.repeat(self.counts)
            weights = self.fit(~mine)
            found[every] = choice_chances(self.measures[every], weights, self.counts[mine])
        return found


def fit_answers(catalogue: Catalogue, learned: Learned) -> AnswerFit:
    """Return how the catalogue's answers are scored, asked by all rows that were judged unseen.

    A row that names no answer wants none. The calibration is the default one where there are too
    few right or wrong answers to learn it from.
    """
    segmenter = build_segmenter(catalogue.words)

    def hear(text: str) -> Message:
        plain = normalise(text)
        return plain, segmenter.cut(plain)

    questions, heard = questions_of(catalogue, hear)
    rows, judged = learned.vocabulary.rows(heard), learned.judged
    # One thread, so that the same input gives the same numbers on any number of cores.
    with threadpool_limits(1):
        index = AnswerIndex(questions, rows, learned.vocabulary, learned.intents)
        found = nearest_held_out(
            index, questions, rows, judged.messages, judged.probabilities, learned.vocabulary
        )
        asked = _asked(judged.dataset, found, learned.intents, judged.probabilities)
        wordings = sum(row.answer is not None for row in judged.dataset.rows)
        return AnswerFit(index.learnt, *_calibrated(asked, wordings))


def _calibrated(asked: _Asked, wordings: int) -> tuple[AnswerCalibration, float, float, float]:
    """Return the calibration, and accuracy, its error and coverage on held-out wordings."""
    first = asked.right[np.cumsum(asked.counts) - asked.counts]
    if not _LEAST <= first.sum() <= len(first) - _LEAST:
        return AnswerCalibration(), float(first.sum()) / max(1, wordings), 0.0, 0.0
    weights = asked.fit(np.ones(len(asked.counts), np.bool_))
    calibration = AnswerCalibration(*(round(value, 6) for value in weights.tolist()))
    return calibration, *_figures(asked, wordings)


def _asked(
    dataset: Dataset,
    found: Sequence[Sequence[Nearness]],
    intents: Sequence[str],
    probabilities: Floats,
) -> _Asked:
    place = {intent: i for i, intent in enumerate(intents)}
    folds = dataset.folds(_FOLDS, _SEED)
    values: list[list[float]] = []
    right, counts, fold, named = [], [], [], []
    for row, near, guess, own in zip(dataset.rows, found, probabilities, folds, strict=True):
        if near:
            values += [measures(item, float(guess[place[item.intent]])) for item in near]
            right += [float(item.answer == row.answer) for item in near]
            counts.append(len(near))
            fold.append(own)
            named.append(row.answer is not None)
    return _Asked(
        np.array(values, np.float64),
        np.array(right, np.float64),
        np.array(counts, np.int64),
        np.array(fold, np.int64),
        np.array(named, np.bool_),
    )


def _figures(asked: _Asked, wordings: int) -> tuple[float, float, float]:
    """Return accuracy, calibration error and coverage on held-out wordings."""
    chances, starts = asked.unseen(), np.cumsum(asked.counts) - asked.counts
    messages = np.arange(len(starts)).repeat(asked.counts)
    best = np.lexsort((-chances, messages))[starts][asked.named]
    sure, right = chances[best], asked.right[best] > 0
    answerable = np.ones(len(best), np.bool_)
    covered = coverage_at(sure, right, answerable, ERROR) * len(best) / wordings
    return float(right.sum()) / wordings, calibration_error(reliability(sure, right)), covered


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
    asked, intents = index.searched(probabilities)
    scores = index.scores(vocabulary.rows(messages), asked, intents)
    places = {text: i for i, text in enumerate(q.text for q in questions)}
    wording = np.array([places.get(bare(text), -1) for text, _ in messages])
    for intent, own in enumerate(index.places):
        if own and len(own) <= SOLVED:
            number = np.full(len(questions) + 1, -1)
            number[own] = np.arange(len(own))
            count = index.count(intent)
            owners = index.owners(questions, intent)
            left_out = left_out_scores(rows.take(np.array(own)), owners, count)
            pairs = np.flatnonzero((intents == intent) & (number[wording[asked]] >= 0))
            scores[pairs, :count] = left_out[number[wording[asked[pairs]]]]
    return list(index.ranked(messages, asked, intents, scores, probabilities, held_out=True))
