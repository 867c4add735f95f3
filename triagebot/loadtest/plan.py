"""Decides beforehand who writes what when; the server has no say in it."""

from __future__ import annotations

import heapq
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import ceil, exp, pi, sin
from typing import NamedTuple

from triagebot.loadtest.envelope import Letter

STEP = 0.01
"""Seconds within which the rate counts as constant."""

HOURS = (
    0.4, 0.2, 0.1, 0.1, 0.1, 0.2, 0.4, 0.7, 1.0, 1.2, 1.3, 1.3,
    1.4, 1.2, 1.1, 1.1, 1.1, 1.2, 1.4, 1.8, 2.6, 2.2, 1.3, 0.6,
)  # fmt: skip
"""How busy each hour of a day is, from midnight; the mean is 1."""

QUESTION_SECONDS = 30.0
"""How long after a question the next one comes; somewhat less, if the run is no multiple of it."""

QUIZ_ANSWERS = ("A", "B", "C", "D", "选A", "选B", "答案是C", "我选D", "a", "b")
QUIZ_SHARE = 0.8
"""How much of what comes in a quiz are answers; the rest is what fans write anyway."""

REPEAT_SECONDS = 5.0
"""A redelivery comes within so long, as after a lost answer, but not after the run's end."""

_BITS = 2**64 - 1


class Shape(StrEnum):
    """How the rate goes over the run."""

    STEADY = "steady"
    DAY = "day"
    QUIZ = "quiz"


class Delivery(NamedTuple):
    """Message `place`, from 0, is delivered after `due` seconds; first it was after `first`.

    A message that is `repeated` is delivered twice.
    """

    due: float
    place: int
    first: float
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """A whole run, the same for the same values.

    `rate` is the mean of new messages a second, `duplicates` the share, 0..1, that is delivered
    a second time; `began` is the run's beginning in seconds since 1970, and `tag` names it in
    the fans' ids.
    """

    texts: Sequence[str]
    messages: int
    rate: float
    began: int
    tag: str
    shape: Shape = Shape.STEADY
    fans: int = 100_000
    duplicates: float = 0.0
    seed: int = 1

    @property
    def seconds(self) -> float:
        """How long the run takes."""
        return self.messages / self.rate

    @property
    def first_number(self) -> int:
        """The MsgId of the first message; the others follow."""
        return (self.began << 32) + (self.seed << 24)

    @property
    def prefix(self) -> str:
        """How the ids of all fans of this run begin."""
        return f"oLT{self.tag}_"

    def letter(self, place: int, first: float) -> Letter:
        """Return message `place`, from 0, which the fan sent after `first` seconds."""
        fan = self.prefix + f"{self._mixed(place) % self.fans:016d}"
        return Letter(fan, self.first_number + place, self.began + int(first), self.text(place))

    def text(self, place: int) -> str:
        """Return the words of a message."""
        if self.shape is Shape.QUIZ and self._mixed(place, 2) % 1000 < QUIZ_SHARE * 1000:
            return QUIZ_ANSWERS[self._mixed(place, 3) % len(QUIZ_ANSWERS)]
        return self.texts[place % len(self.texts)]

    def deliveries(self) -> Iterator[Delivery]:
        """Yield all deliveries in the order in which they are due."""
        chance = random.Random(self.seed)  # noqa: S311 - a plan, not a secret
        repeats: list[Delivery] = []
        for place, due in enumerate(self._times(chance)):
            while repeats and repeats[0].due <= due:
                yield heapq.heappop(repeats)
            repeated = self._mixed(place, 1) % 10_000 < self.duplicates * 10_000
            yield Delivery(due, place, due, repeated)
            if repeated:
                left = max(0.0, self.seconds - due)
                again = due + chance.uniform(0.0, min(REPEAT_SECONDS, left))
                heapq.heappush(repeats, Delivery(again, place, due, True))
        while repeats:
            yield heapq.heappop(repeats)

    def _times(self, chance: random.Random) -> Iterator[float]:
        """Yield the times of new messages: people who do not know of each other."""
        due, given = 0.0, 0
        while given < self.messages:
            rate = max(1e-3, self.rate * self.busyness(due))
            gap = chance.expovariate(rate)
            if gap > 10 * STEP:  # the rate may have changed by then
                due += 10 * STEP
                continue
            due += gap
            given += 1
            yield due

    def busyness(self, due: float) -> float:
        """Return how many times the mean rate is wanted after `due` seconds."""
        if self.shape is Shape.DAY:
            hour = due / self.seconds * 24.0
            here, there = HOURS[int(hour) % 24], HOURS[(int(hour) + 1) % 24]
            return here + (there - here) * (hour % 1.0)
        if self.shape is Shape.QUIZ:
            period = self.seconds / ceil(self.seconds / QUESTION_SECONDS)
            return _answering(due % period / period)
        return 1.0

    def _mixed(self, place: int, salt: int = 0) -> int:
        value = (place * 0x9E3779B97F4A7C15 + salt * 0xD1B54A32D192ED03 + self.seed) & _BITS
        value = (value ^ value >> 30) * 0xBF58476D1CE4E5B9 & _BITS
        value = (value ^ value >> 27) * 0x94D049BB133111EB & _BITS
        return value ^ value >> 31


def _answering(share: float) -> float:
    """Return the busyness when `share`, 0..1, of the time until the next question is over.

    A wave with its top two seconds after the question; the mean is 1.
    """
    after = share * QUESTION_SECONDS
    wave = sin(min(after / 4.0, 0.5) * pi) * exp(-max(0.0, after - 2.0) / 2.0)
    return 0.2 + 7.35 * wave
