"""Which of the waiting messages agents label first in a simulation."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.preprocessing import normalize

from triagebot.triage.selection import Doubt, choose


@dataclass(frozen=True, slots=True)
class Queue:
    """Messages that wait, a row each: chances of intents and features."""

    probabilities: NDArray[np.float64]
    x: csr_matrix

    def __len__(self) -> int:
        """Return how many wait."""
        return len(self.probabilities)

    @property
    def margins(self) -> NDArray[np.float64]:
        """The gap between the two best intents, 0..1."""
        second, best = np.partition(self.probabilities, -2, axis=1)[:, -2:].T
        return np.asarray(best - second)

    def alike(self, places: Sequence[int]) -> NDArray[np.float64]:
        """Return the cosines between the messages at these places, shape (n, n)."""
        rows = normalize(self.x[places][:, 1:])  # without the intercept
        return np.asarray((rows @ rows.T).toarray())


Strategy = Callable[[Queue, int, random.Random], Sequence[int]]
"""Returns the places of up to `n` messages; there are at least so many."""


def by_chance(queue: Queue, n: int, rng: random.Random) -> list[int]:
    """Choose at random."""
    return rng.sample(range(len(queue)), n)


def unsurest(queue: Queue, n: int, _rng: random.Random) -> list[int]:
    """Choose the messages whose two best intents are closest."""
    return [int(place) for place in np.argsort(queue.margins, kind="stable")[:n]]


def ours(queue: Queue, n: int, rng: random.Random) -> list[int]:
    """Choose as the desk's list of messages to label does."""
    intents = queue.probabilities.argmax(axis=1).tolist()
    doubts = [Doubt(str(i), m) for i, m in zip(intents, queue.margins.tolist(), strict=True)]
    return choose(doubts, queue.alike, n, rng)


STRATEGIES: dict[str, Strategy] = {"random": by_chance, "uncertainty": unsurest, "ours": ours}
