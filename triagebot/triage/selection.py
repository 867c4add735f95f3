"""Which waiting messages are worth a label first: those that stand for most doubt, some by chance.

Labels of what a model is unsure about teach it most; labels drawn by chance tell how good it is,
and find what it is surely wrong about. So a part of each list is drawn by chance. The rest goes
through the guessed intents in turn, so that one muddled intent does not use up everybody's time.

A label teaches about its message and those like it. So within an intent each time the message is
taken around which there is most doubt, its own and, by their likeness, that of the others; of this
doubt the likeness is then settled. One of each group of near duplicates is enough, and a message
that is like no other comes late. This is greedy choice under a monotone submodular gain, within
1 - 1/e of the best (El-Arini, Veda, Shahaf and Guestrin 2009, probabilistic coverage).
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating]
Alike = Callable[[Sequence[int]], Floats]
"""Returns the cosines between the messages at these places, shape (n, n)."""

BY_CHANCE = 0.25
"""The share of a list that is drawn by chance."""

LOOKED_AT = 50
"""So many of each intent's unsurest are compared with each other; the others come after them."""

LEAST = 0.25
"""What is less alike than this cosine has little more in common than frequent words."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """How unsure a model is of one message; `margin` is best minus second probability, 0..1."""

    intent: str
    margin: float


def choose(
    doubts: Sequence[Doubt],
    alike: Alike,
    n: int,
    rng: random.Random,
    by_chance: float = BY_CHANCE,
) -> list[int]:
    """Return the places of up to `n` messages to label, in the order to show them.

    Those by chance are spread evenly among the others, so that whoever stops early has done some.
    """
    n = min(n, len(doubts))
    drawn = rng.sample(range(len(doubts)), round(by_chance * n))
    return _mixed(in_turns(doubts, alike, set(drawn))[: n - len(drawn)], drawn)


def in_turns(doubts: Sequence[Doubt], alike: Alike, without: set[int]) -> list[int]:
    """Return all places but `without`: each guessed intent in turn, most doubt first."""
    by_intent: dict[str, list[int]] = defaultdict(list)
    for place in sorted(range(len(doubts)), key=lambda place: (doubts[place].margin, place)):
        if place not in without:
            by_intent[doubts[place].intent].append(place)
    turns = [
        (turn, doubts[place].margin, place)
        for places in by_intent.values()
        for turn, place in enumerate(_within(doubts, alike, places))
    ]
    return [place for _, _, place in sorted(turns)]


def _within(doubts: Sequence[Doubt], alike: Alike, places: Sequence[int]) -> list[int]:
    unsure = places[:LOOKED_AT]
    doubt = np.array([1.0 - doubts[place].margin for place in unsure])
    return [unsure[i] for i in most_doubt(doubt, alike(unsure))] + list(places[LOOKED_AT:])


def most_doubt(doubt: Floats, cosines: Floats) -> list[int]:
    """Return the places of all messages, each time that around which most doubt (0..1) is left."""
    near = np.where(cosines >= LEAST, np.minimum(cosines, 1.0), 0.0)
    np.fill_diagonal(near, 1.0)
    left, free = doubt.copy(), np.ones(len(doubt), np.bool_)
    chosen: list[int] = []
    for _ in range(len(doubt)):
        best = int(np.where(free, near @ left, -1.0).argmax())
        chosen.append(best)
        free[best] = False
        left *= 1.0 - near[best]
    return chosen


def _mixed(unsure: Sequence[int], drawn: Sequence[int]) -> list[int]:
    total = len(unsure) + len(drawn)
    places = {round((i + 0.5) * total / len(drawn)) for i in range(len(drawn))} if drawn else set()
    by_chance, others = iter(drawn), iter(unsure)
    mixed = [next(by_chance if place in places else others, None) for place in range(total)]
    left = [*by_chance, *others]
    return [place for place in mixed if place is not None] + left
