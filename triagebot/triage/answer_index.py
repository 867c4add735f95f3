"""Find the answers that a message most likely wants, for a whole batch at once.

The likelier intents of a message are searched: the chance of an answer is that of its intent times
that of the answer among the intent's own. The nearest wording of the best few is then looked up.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from operator import itemgetter

import numpy as np
from numpy.typing import NDArray

from triagebot.errors import BadBundle
from triagebot.triage.answer_choice import Choice, Learnt, learn_choice, stacked
from triagebot.triage.answers import Nearness, Question, bare
from triagebot.triage.features import Message, Rows, Vocabulary
from triagebot.triage.wordings import Wordings

CANDIDATES = 5
LIKELY = 0.05
"""Answers of the best intent, and of every other with at least this probability, are searched."""

UNLIKELY = 0.03
"""Behind the second best, an answer with a lower chance than this is not worth a look."""

SHARPNESS = 10.0
"""Scores times this are the logits of the answers of one intent."""

Floats = NDArray[np.float64]
_Found = tuple[float, float, float, int, int]
"""An answer's chance among all and among the intent's, its score, its intent, its place there."""

_LIKELIEST = itemgetter(0)


class AnswerIndex:
    """All answers with their questions; those of one answer must follow each other.

    `intents` are the model's, in its order. An answer of another intent is found by its exact
    wording only. What is `learnt` already needs no `rows`, those of the questions. Raises
    `BadBundle` when that was learnt of other answers.
    """

    def __init__(
        self,
        questions: Sequence[Question],
        rows: Rows | None,
        vocabulary: Vocabulary,
        intents: Sequence[str],
        learnt: Learnt | None = None,
    ) -> None:
        self._vocabulary = vocabulary
        self._exact = _exact(questions)
        self._answers = _by_answer(questions)
        self._of_intent: list[list[Wordings]] = [[] for _ in intents]
        for answer in self._answers.values():
            if answer.intent in intents:
                self._of_intent[intents.index(answer.intent)].append(answer)
        self._has_answers = np.array([bool(own) for own in self._of_intent])
        self.places = [
            [i for i, q in enumerate(questions) if q.intent == intent] for intent in intents
        ]
        names = tuple(each.answer for own in self._of_intent for each in own)
        if rows is not None:
            choices = [self._learn(questions, rows, i) for i in range(len(intents))]
            learnt = stacked(names, choices, len(vocabulary))
        if learnt is None or learnt.names != names:
            raise BadBundle("what is learnt of answers is not of these answers")
        self.learnt = learnt
        # By feature, so that the intents of a message look at the same few places.
        self._rows = np.ascontiguousarray(learnt.rows.T)
        self._weights = learnt.weights

    def _learn(self, questions: Sequence[Question], rows: Rows, intent: int) -> Choice | None:
        if not self.places[intent]:
            return None
        owners = self.owners(questions, intent)
        mine = rows.take(np.array(self.places[intent]))
        return learn_choice(mine, owners, self.count(intent))

    def count(self, intent: int) -> int:
        """Return how many answers an intent has."""
        return len(self._of_intent[intent])

    def owners(self, questions: Sequence[Question], intent: int) -> NDArray[np.int64]:
        """Return the place among the intent's answers of each of its questions."""
        place = {own.answer: i for i, own in enumerate(self._of_intent[intent])}
        return np.array([place[questions[i].answer] for i in self.places[intent]], np.int64)

    def nearest(
        self, heard: Sequence[Message], rows: Rows, probabilities: Floats
    ) -> Iterator[list[Nearness]]:
        """Yield the likeliest answers of each message, best first.

        `probabilities` have the shape (n_messages, n_intents).
        """
        messages, intents = self.searched(probabilities)
        scores = self.scores(rows, messages, intents)
        return self.ranked(heard, messages, intents, scores, probabilities)

    def searched(self, probabilities: Floats) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the pairs of a message and an intent that is searched for it, by message."""
        searched = probabilities >= LIKELY
        searched[np.arange(len(probabilities)), probabilities.argmax(axis=1)] = True
        searched &= self._has_answers
        messages, intents = searched.nonzero()
        return messages, intents

    def scores(
        self, rows: Rows, messages: NDArray[np.int64], intents: NDArray[np.int64]
    ) -> NDArray[np.float32]:
        """Return the scores of the intent's answers for each pair of a message and an intent."""
        at, sizes, starts = rows.entries(messages)
        own = rows.ids.take(at) * len(self._of_intent) + intents.repeat(sizes)
        places = self._rows.take(own)
        known = (places >= 0).nonzero()[0]
        parts = self._weights.take(places.take(known), axis=0)
        parts *= rows.values.astype(np.float32).take(at.take(known))[:, None]
        # Every pair has the intercept, so that none is empty.
        return np.add.reduceat(parts, known.searchsorted(starts)) if len(starts) else parts

    def ranked(
        self,
        heard: Sequence[Message],
        messages: NDArray[np.int64],
        intents: NDArray[np.int64],
        scores: NDArray[np.float32],
        probabilities: Floats,
        held_out: bool = False,
    ) -> Iterator[list[Nearness]]:
        """Yield the likeliest answers of each message from the scores of its pairs.

        With `held_out`, a wording is not compared with itself.
        """
        chances = np.exp(SHARPNESS * (scores - scores.max(axis=1, keepdims=True)))
        chances /= chances.sum(axis=1, keepdims=True)
        order = (-chances).argsort(axis=1, kind="stable")[:, :CANDIDATES]
        at = order + np.arange(0, chances.size, chances.shape[1])[:, None]
        chances = chances.take(at)
        among_all = probabilities[messages, intents][:, None] * chances
        worth = among_all >= UNLIKELY
        worth[:, :2] = True  # the best two of all are among the best two of a pair
        worth &= chances > 0.0  # as it is where there is no answer
        pairs = worth.nonzero()[0]
        candidates = zip(
            among_all[worth].tolist(),
            chances[worth].tolist(),
            scores.take(at[worth]).tolist(),
            intents[pairs].tolist(),
            order[worth].tolist(),
            strict=True,
        )
        counts = np.bincount(messages[pairs], minlength=len(heard)).tolist()
        for message, count in zip(heard, counts, strict=True):
            found = sorted(islice(candidates, count), key=_LIKELIEST, reverse=True)
            yield self._looked_up(message, found[:CANDIDATES], held_out)

    def exact(self, plain: str) -> str | None:
        """Return the answer that alone has this bare wording, if one has."""
        return self._exact.get(plain)

    def _looked_up(
        self, message: Message, found: Sequence[_Found], held_out: bool
    ) -> list[Nearness]:
        plain = bare(message[0])
        exact = None if held_out else self._exact.get(plain)
        weights = self._vocabulary.word_weights(message[1])
        total = sum(weights.values())
        near = []
        if exact is not None:
            near.append(self._answers[exact].nearness(plain, weights, total, 1.0, 1.0, exact=True))
        for place, (among_all, chance, score, intent, answer) in enumerate(found):
            own = self._of_intent[intent][answer]
            if (place < 2 or among_all >= UNLIKELY) and own.answer != exact:
                near.append(own.nearness(plain, weights, total, chance, score, False, held_out))
        return near


def _by_answer(questions: Sequence[Question]) -> dict[str, Wordings]:
    found: dict[str, list[Question]] = {}
    for question in questions:
        found.setdefault(question.answer, []).append(question)
    among = Counter(own[0].intent for own in found.values())
    return {name: Wordings(own, among[own[0].intent]) for name, own in found.items()}


def _exact(questions: Sequence[Question]) -> Mapping[str, str]:
    """Return the answer of each bare wording that only one answer has."""
    owners: dict[str, set[str]] = {}
    for question in questions:
        owners.setdefault(question.text, set()).add(question.answer)
    return {text: answers.pop() for text, answers in owners.items() if len(answers) == 1}
