"""What intake needs from whoever thinks; it knows nothing of models."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from triagebot.domain.catalogue import Catalogue
from triagebot.domain.conversation import Memory
from triagebot.domain.decision import Decision
from triagebot.domain.message import Inbound, Reply
from triagebot.domain.prediction import Prediction

Place = Callable[[], int]


class Fault:
    """Stands for the prediction of a message that could not be thought about."""


FAULT = Fault()

Plain = Prediction | Fault | None


@dataclass(frozen=True, slots=True)
class Part:
    """One question of a turn: the places of its messages, what they say together, the thought.

    The last of its places carries the decision.
    """

    places: tuple[int, ...]
    inbound: Inbound
    thought: Plain


@dataclass(frozen=True, slots=True)
class Share:
    """The place of one message in a turn of several, with all that deciding on the turn needs."""

    parts: tuple[Part, ...]
    place: int
    size: int

    @property
    def is_last(self) -> bool:
        """Whether this message carries the reply."""
        return self.place == self.size - 1


Thought = Plain | Share
"""What is known of a message before deciding; None when it has no words."""


class Mind(Protocol):
    """Reads texts, decides and words the replies. All but `think` run in the writer's thread."""

    @property
    def catalogue(self) -> Catalogue:
        """The intents, answers, rules and policy in use."""

    @property
    def model(self) -> str:
        """The name of the bundle in use."""

    def think(self, texts: Sequence[str]) -> list[Prediction]:
        """Return one prediction a text, in order."""

    def glance(self, text: str) -> Prediction:
        """Return what is known of a text without the model: its form, and an exact question."""

    def decide(
        self,
        inbound: Inbound,
        memory: Memory,
        prediction: Prediction | None,
        switches: Sequence[str],
    ) -> Decision:
        """Return what is done with a message; pure and cheap."""

    def say(self, decision: Decision, place: Place) -> Reply:
        """Return what the fan reads; `place()` is their place in the queue, from 1."""


class Holder(Protocol):
    """Has the mind that serves now; a promotion puts another in its place."""

    @property
    def mind(self) -> Mind:
        """The mind in use; it never changes itself, so one batch keeps to one."""
