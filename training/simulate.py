"""The labelling loop, played out on messages whose intent is known.

A model starts from a few sentences an intent. Messages come; the bot answers those that it is
proven able to answer, the rest waits for agents. In each round agents give a fixed number of
labels: a part for messages drawn by chance from all that came, the others for messages that wait,
which a strategy chooses. The model learns anew from the others and is proven anew on those drawn by
chance, which it never learns from.

What a strategy is worth is measured on messages that nobody labels: how many could be answered at
the promised error, and how many the proof lets the bot answer, with the error that has in truth.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from training.fit import FitSettings, learn_vocabulary, learn_weights, matrix
from training.held_out import learn_temperature, softmax
from training.measures import coverage_at
from training.outcomes import Judged
from training.simulate_choice import Queue, Strategy
from training.simulate_proof import Evidence, Proven, prove
from triagebot.errors import NothingToDo
from triagebot.triage.case import NEVER
from triagebot.triage.normalise import normalise
from triagebot.triage.segment import build_segmenter

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

POOL = 2000
"""Labels are given to so many of the newest messages that wait, as on the desk."""


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
    by_chance: float = 0.4
    max_error: float = 0.1
    sure: float = 0.95
    seed: int = 7


@dataclass(frozen=True, slots=True)
class Round:
    """What the loop has come to after `labels` labels; shares are 0..1, of unseen messages.

    `reach` could be answered at the promised error, `proven` are answered, `error` of these wrong.
    `own` intents are proven by themselves.
    """

    labels: float
    accuracy: float
    reach: float
    proven: float
    error: float
    own: float


@dataclass(frozen=True, slots=True)
class Traffic:
    """Messages as numbers: features and true intents.

    `stream` are the places of those that come, in order, `unseen` of those that never do.
    """

    x: csr_matrix
    intents: tuple[str, ...]
    numbers: Ints
    stream: Ints
    unseen: Ints


def read_traffic(rows: Sequence[Judged], seed: int, first: int) -> Traffic:
    """Return the rows as traffic. Those of the split `dev` or `test` stay unseen, or every fifth.

    The features' weights are those of all texts that come: they need no label. Raises
    `NothingToDo` when there are too few rows to begin with `first` sentences an intent.
    """
    segmenter = build_segmenter(())
    texts = [normalise(row.text) for row in rows]
    messages = [(text, segmenter.cut(text)) for text in texts]
    intents = tuple(sorted({row.intent for row in rows}))
    place = {intent: i for i, intent in enumerate(intents)}
    numbers = np.array([place[row.intent] for row in rows], np.int64)
    order = np.random.default_rng(seed).permutation(len(rows))
    apart = np.array([row.split in ("dev", "test") for row in rows], bool)
    if not apart.any():
        apart[order[::5]] = True
    stream, unseen = order[~apart[order]], np.flatnonzero(apart)
    if len(intents) < 2 or len(stream) < 2 * first * len(intents):
        raise NothingToDo(f"{len(stream)} messages of {len(intents)} intents are too few to begin")
    vocabulary = learn_vocabulary([messages[i] for i in stream], FitSettings())
    return Traffic(matrix(vocabulary, messages), intents, numbers, stream, unseen)


def simulate(
    traffic: Traffic, plan: Plan, strategy: Strategy, progress: Callable[[int], None]
) -> list[Round]:
    """Play the loop and return the state before the first and after each round."""
    rng = random.Random(plan.seed)  # noqa: S311 - a simulation
    # Apart, so that what a strategy draws does not change by which messages it is proven.
    luck = random.Random(plan.seed)  # noqa: S311
    known, arriving = _begin(traffic, plan)
    given = _Given(known)
    pool: list[int] = []
    state = _learn(traffic, plan, given)
    found = [_measure(traffic, plan, state, given)]
    for number in range(plan.rounds):
        came = arriving[number * plan.arrive : (number + 1) * plan.arrive]
        if not came:
            break
        fair = max(1, round(plan.by_chance * plan.labels))
        drawn = luck.sample(came, min(len(came), fair))
        pool = [*pool, *(message for message in came if message not in set(drawn))]
        chosen = _choose(traffic, state, pool[-POOL:], strategy, plan.labels - len(drawn), rng)
        pool = [message for message in pool[-POOL:] if message not in set(chosen)]
        given.fair += drawn
        given.weights += [len(came) / len(drawn)] * len(drawn)
        given.known += chosen
        state = _learn(traffic, plan, given)
        found.append(_measure(traffic, plan, state, given))
        progress(number + 1)
    return found


@dataclass(slots=True)
class _Given:
    """The labelled messages: those that teach, and those that prove, with 1 / p_sample."""

    known: list[int]
    fair: list[int] = field(default_factory=list)
    weights: list[float] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.known) + len(self.fair)


@dataclass(frozen=True, slots=True)
class _State:
    weights: NDArray[np.float32]
    temperature: float
    proven: Proven

    def think(self, x: csr_matrix) -> Floats:
        return softmax(np.asarray(x @ self.weights.astype(np.float64)), self.temperature)

    def answers(self, probabilities: Floats) -> NDArray[np.bool_]:
        needs = self.proven.thresholds[probabilities.argmax(axis=1)]
        return np.asarray(probabilities.max(axis=1) >= needs)


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


def _choose(
    traffic: Traffic,
    state: _State,
    pool: Sequence[int],
    strategy: Strategy,
    n: int,
    rng: random.Random,
) -> list[int]:
    """Return up to `n` messages to label, of those in the pool that the bot does not answer."""
    newest = np.array(pool, np.int64)
    every = state.think(traffic.x[newest])
    left = np.flatnonzero(~state.answers(every))
    waiting = newest[left]
    queue = Queue(every[left], traffic.x[waiting])
    return [int(waiting[place]) for place in strategy(queue, min(n, len(waiting)), rng)]


def _learn(traffic: Traffic, plan: Plan, given: _Given) -> _State:
    settings, n = FitSettings(seed=plan.seed), len(traffic.intents)
    ones, known, fair = np.ones(len(given.known)), given.known, given.fair
    weights = learn_weights(traffic.x[known], traffic.numbers[known], n, ones, settings)
    if not fair:
        return _State(weights, 1.0, Proven(np.full(n, NEVER)))
    scores, y = np.asarray(traffic.x[fair] @ weights.astype(np.float64)), traffic.numbers[fair]
    temperature = learn_temperature(scores, y, np.array(given.weights))
    probabilities = softmax(scores, temperature)
    guessed = probabilities.argmax(axis=1)
    evidence = Evidence(guessed, probabilities.max(axis=1), guessed == y, np.array(given.weights))
    return _State(weights, temperature, prove(evidence, n, plan.max_error, plan.sure))


def _measure(traffic: Traffic, plan: Plan, state: _State, given: _Given) -> Round:
    probabilities, y = state.think(traffic.x[traffic.unseen]), traffic.numbers[traffic.unseen]
    right, confidence = probabilities.argmax(axis=1) == y, probabilities.max(axis=1)
    answered = state.answers(probabilities)
    return Round(
        len(given),
        float(right.mean()),
        coverage_at(confidence, right, np.ones(len(y), bool), plan.max_error),
        float(answered.mean()),
        float((~right[answered]).mean()) if answered.any() else 0.0,
        len(state.proven.own),
    )
