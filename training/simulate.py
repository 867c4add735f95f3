"""The labelling loop, played out on messages whose intent is known.

A model starts from a few sentences an intent. Messages come; the bot answers those that it is
proven able to answer, the rest goes to agents. In each round agents give a fixed number of labels:
a part for messages drawn by chance from all that came, the others for messages of their queue,
which a strategy chooses. The model learns anew from the others and is proven anew on those drawn by
chance, which it never learns from.

What a strategy is worth is measured on messages that nobody labels: how many could be answered at
the promised error, and how many the proof lets the bot answer, with the error that has in truth.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from training.fit import (
    FitSettings,
    learn_temperature,
    learn_vocabulary,
    learn_weights,
    matrix,
    softmax,
)
from training.measures import coverage_at
from training.outcomes import Judged
from training.thresholds import certify
from triagebot.errors import NothingToDo
from triagebot.triage.case import NEVER
from triagebot.triage.normalise import normalise
from triagebot.triage.segment import build_segmenter
from triagebot.triage.selection import Doubt, choose

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Progress = Callable[[str, int, int], None]
Strategy = Callable[[Sequence[Doubt], int, random.Random], Sequence[int]]

ALL = "*"


@dataclass(frozen=True, slots=True)
class Plan:
    """How the loop is played.

    The model starts from `first` sentences an intent. In each of `rounds` rounds `arrive` messages
    come and `labels` are given, the share `by_chance` of them to messages drawn from all.
    `max_error` and `sure` are the promise.
    """

    first: int = 5
    rounds: int = 10
    arrive: int = 1000
    labels: int = 250
    by_chance: float = 0.25
    max_error: float = 0.05
    sure: float = 0.95
    seed: int = 7


@dataclass(frozen=True, slots=True)
class Round:
    """What the loop has come to after `labels` labels; shares are 0..1, of unseen messages.

    `reach` could be answered at the promised error, `proven` are answered, `error` of these wrong.
    """

    labels: int
    accuracy: float
    reach: float
    proven: float
    error: float


@dataclass(frozen=True, slots=True)
class Traffic:
    """Messages as numbers: features, true intents, the order in which they come, those unseen."""

    x: csr_matrix
    intents: tuple[str, ...]
    numbers: Ints
    stream: Ints
    unseen: Ints


def by_chance(doubts: Sequence[Doubt], n: int, rng: random.Random) -> list[int]:
    """Choose at random."""
    return rng.sample(range(len(doubts)), min(n, len(doubts)))


def unsurest(doubts: Sequence[Doubt], n: int, _rng: random.Random) -> list[int]:
    """Choose the messages whose two best intents are closest."""
    return sorted(range(len(doubts)), key=lambda place: doubts[place].margin)[:n]


def ours(doubts: Sequence[Doubt], n: int, rng: random.Random) -> list[int]:
    """Choose as the desk's list of messages to label does."""
    return choose(doubts, n, rng)


STRATEGIES: dict[str, Strategy] = {"random": by_chance, "uncertainty": unsurest, "ours": ours}


def read_traffic(rows: Sequence[Judged], plan: Plan) -> Traffic:
    """Return the rows as traffic. Those of the split `dev` or `test` stay unseen, or every fifth.

    The features' weights are those of all texts that come: they need no label. Raises
    `NothingToDo` when there are too few rows to begin.
    """
    segmenter = build_segmenter(())
    texts = [normalise(row.text) for row in rows]
    messages = [(text, segmenter.cut(text)) for text in texts]
    intents = tuple(sorted({row.intent for row in rows}))
    place = {intent: i for i, intent in enumerate(intents)}
    numbers = np.array([place[row.intent] for row in rows], np.int64)
    order = np.random.default_rng(plan.seed).permutation(len(rows))
    apart = np.array([row.split in ("dev", "test") for row in rows], bool)
    if not apart.any():
        apart[order[::5]] = True
    stream, unseen = order[~apart[order]], np.flatnonzero(apart)
    if len(intents) < 2 or len(stream) < 2 * plan.first * len(intents):
        raise NothingToDo(f"{len(stream)} messages of {len(intents)} intents are too few to begin")
    vocabulary = learn_vocabulary([messages[i] for i in stream], FitSettings())
    return Traffic(matrix(vocabulary, messages), intents, numbers, stream, unseen)


def simulate(
    traffic: Traffic, plan: Plan, strategy: Strategy, progress: Callable[[int], None]
) -> list[Round]:
    """Play the loop and return the state before the first and after each round."""
    rng = random.Random(plan.seed)  # noqa: S311 - a simulation
    known, arriving = _begin(traffic, plan)
    fair: list[int] = []
    state = _learn(traffic, plan, known, fair)
    found = [_measure(traffic, plan, state, len(known))]
    for number in range(plan.rounds):
        came = arriving[number * plan.arrive : (number + 1) * plan.arrive]
        if not len(came):
            break
        drawn = rng.sample(came, min(len(came), round(plan.by_chance * plan.labels)))
        probabilities = state.think(traffic.x[came])
        waiting = [
            (message, row)
            for message, row in zip(came, probabilities, strict=True)
            if row.max() < state.threshold and message not in set(drawn)
        ]
        doubts = [_doubt(traffic, row) for _, row in waiting]
        chosen = strategy(doubts, plan.labels - len(drawn), rng)
        fair += drawn
        known += [waiting[place][0] for place in chosen]
        state = _learn(traffic, plan, known, fair)
        found.append(_measure(traffic, plan, state, len(known) + len(fair)))
        progress(number + 1)
    return found


@dataclass(frozen=True, slots=True)
class _State:
    weights: NDArray[np.float32]
    temperature: float
    threshold: float

    def think(self, x: csr_matrix) -> Floats:
        return softmax(np.asarray(x @ self.weights.astype(np.float64)), self.temperature)


def _begin(traffic: Traffic, plan: Plan) -> tuple[list[int], list[int]]:
    """Return the first sentences of each intent, and the messages that come after, in order."""
    seen: dict[int, int] = {}
    first: list[int] = []
    rest: list[int] = []
    for message in traffic.stream.tolist():
        intent = int(traffic.numbers[message])
        seen[intent] = seen.get(intent, 0) + 1
        (first if seen[intent] <= plan.first else rest).append(message)
    return first, rest


def _learn(traffic: Traffic, plan: Plan, known: Sequence[int], fair: Sequence[int]) -> _State:
    settings, n = FitSettings(seed=plan.seed), len(traffic.intents)
    ones = np.ones(len(known))
    weights = learn_weights(traffic.x[known], traffic.numbers[known], n, ones, settings)
    if not fair:
        return _State(weights, 1.0, NEVER)
    scores, y = np.asarray(traffic.x[fair] @ weights.astype(np.float64)), traffic.numbers[fair]
    temperature = learn_temperature(scores, y, np.ones(len(fair)))
    return _State(weights, temperature, _prove(softmax(scores, temperature), y, plan))


def _prove(probabilities: Floats, y: Ints, plan: Plan) -> float:
    """Return the lowest confidence proven for all intents as one; above 1 without proof."""
    found = certify(
        [ALL] * len(y),
        probabilities.max(axis=1),
        probabilities.argmax(axis=1) == y,
        intents=[ALL],
        max_error=plan.max_error,
        sure=plan.sure,
    )
    return found.thresholds.get(ALL, NEVER)


def _doubt(traffic: Traffic, row: Floats) -> Doubt:
    second, best = np.partition(row, -2)[-2:].tolist()
    return Doubt(traffic.intents[int(row.argmax())], best - second)


def _measure(traffic: Traffic, plan: Plan, state: _State, labels: int) -> Round:
    probabilities, y = state.think(traffic.x[traffic.unseen]), traffic.numbers[traffic.unseen]
    right, confidence = probabilities.argmax(axis=1) == y, probabilities.max(axis=1)
    answered = confidence >= state.threshold
    return Round(
        labels,
        float(right.mean()),
        coverage_at(confidence, right, np.ones(len(y), bool), plan.max_error),
        float(answered.mean()),
        float((~right[answered]).mean()) if answered.any() else 0.0,
    )
