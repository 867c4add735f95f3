"""What the model thinks of a message, before anybody decides what to do."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec


# Ten of these are made for each message: a struct takes an eighth of a frozen dataclass's time.
class RankedIntent(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """An intent with its calibrated probability, 0..1."""

    intent: str
    confidence: float


class RankedAnswer(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """An answer (`intent/name`) with the calibrated probability that it answers the message.

    `similarity` is 0..1 to the nearest of its questions, `matched` that question in full; `exact`
    when the message is that question, punctuation aside, and no other answer has it.
    """

    answer: str
    confidence: float
    similarity: float
    matched: str
    exact: bool = False


class Prediction(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """Ranked intents and answers for one message, best first.

    `text` is the normalised and masked form, `tokens` its words. `known` is the share of its
    words that the model has seen, 0..1. `model` names the bundle.
    """

    text: str
    tokens: tuple[str, ...]
    intents: tuple[RankedIntent, ...]
    answers: tuple[RankedAnswer, ...]
    known: float
    model: str

    @property
    def intent(self) -> str:
        """The best intent."""
        return self.intents[0].intent

    @property
    def confidence(self) -> float:
        """The probability of the best intent."""
        return self.intents[0].confidence


@dataclass(frozen=True, slots=True)
class Contribution:
    """How much one word moved the message towards an intent, in logits."""

    token: str
    weight: float
