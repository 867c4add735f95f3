"""The bodies of Rasa's REST channel and of its parser, with what we add to them."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec

Words = Annotated[str, msgspec.Meta(max_length=2000)]


class Said(msgspec.Struct):
    """What a fan says; fields that we do not know are passed over, as Rasa does.

    `message_id` may name the message, so that sending it again does nothing.
    """

    message: Words
    sender: Annotated[str, msgspec.Meta(min_length=1, max_length=200)] = "default"
    message_id: Annotated[str, msgspec.Meta(max_length=200)] | None = None


class Button(msgspec.Struct):
    """One line of a menu; sending `payload` as a message chooses it."""

    title: str
    payload: str


class Line(msgspec.Struct, omit_defaults=True):
    """One message to the fan."""

    recipient_id: str
    text: str
    buttons: list[Button] = []


class Text(msgspec.Struct):
    """A text to think about; fields that we do not know are passed over."""

    text: Words
    message_id: str | None = None


class NamedConfidence(msgspec.Struct):
    """An intent with its probability."""

    name: str | None
    confidence: float


class Word(msgspec.Struct):
    """A word with its weight for the best intent, in logits."""

    token: str
    weight: float


class Parsed(msgspec.Struct):
    """Rasa's parse result, with what we would do, why, and the words that speak for it.

    `decision` is the action for a fan's first message; `threshold` above 1 means no proof.
    """

    text: str
    intent: NamedConfidence
    entities: list[dict[str, Any]]
    intent_ranking: list[NamedConfidence]
    decision: str
    reason: str
    threshold: float
    answer: str | None
    answer_confidence: float
    options: list[str]
    explanation: list[Word]
    model_id: str
    message_id: str | None = None


class Version(msgspec.Struct):
    """Our version, in the place where Rasa tells its own."""

    version: str
    minimum_compatible_version: str


class Status(msgspec.Struct):
    """Which model serves; training is never done by the server."""

    model_file: str
    model_id: str
    num_active_training_jobs: int = 0
