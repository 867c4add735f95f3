"""Which waiting messages are worth a label first: the unsure ones, spread out, and some by chance.

Labels of what a model is unsure about teach it most; labels drawn by chance tell how good it is,
and find what it is surely wrong about. So a part of each list is drawn by chance. The rest goes
through the guessed intents in turn, each time to the message whose two best intents are closest, so
that one muddled intent does not use up everybody's time.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

BY_CHANCE = 0.25
"""The share of a list that is drawn by chance."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """How unsure a model is of one message; `margin` is best minus second probability, 0..1."""

    intent: str
    margin: float


def choose(
    doubts: Sequence[Doubt], n: int, rng: random.Random, by_chance: float = BY_CHANCE
) -> list[int]:
    """Return the places of up to `n` messages to label, in the order to show them.

    Those by chance are spread evenly among the others, so that whoever stops early has done some.
    """
    n = min(n, len(doubts))
    drawn = rng.sample(range(len(doubts)), round(by_chance * n))
    unsure = unsure_first(doubts, set(drawn))[: n - len(drawn)]
    return _mixed(unsure, drawn)


def unsure_first(doubts: Sequence[Doubt], without: set[int]) -> list[int]:
    """Return all places but `without`: each guessed intent in turn, its unsurest message first."""
    by_intent: dict[str, list[int]] = defaultdict(list)
    for place in sorted(range(len(doubts)), key=lambda place: (doubts[place].margin, place)):
        if place not in without:
            by_intent[doubts[place].intent].append(place)
    turns = [
        (turn, doubts[place].margin, place)
        for places in by_intent.values()
        for turn, place in enumerate(places)
    ]
    return [place for _, _, place in sorted(turns)]


def _mixed(unsure: Sequence[int], drawn: Sequence[int]) -> list[int]:
    total = len(unsure) + len(drawn)
    places = {round((i + 0.5) * total / len(drawn)) for i in range(len(drawn))} if drawn else set()
    by_chance, others = iter(drawn), iter(unsure)
    mixed = [next(by_chance if place in places else others, None) for place in range(total)]
    left = [*by_chance, *others]
    return [place for place in mixed if place is not None] + left
