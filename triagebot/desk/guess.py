"""Say what the model thinks of a fan's newest message, and why, with drafts to send."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Protocol

from triagebot.desk.shapes import AnswerGuess, Guess, RankedIntentShape, Word
from triagebot.domain.catalogue import Catalogue
from triagebot.domain.prediction import Contribution, Prediction
from triagebot.triage.cluster import LEAST, Cluster, Waiting
from triagebot.triage.likeness import Likeness
from triagebot.triage.verdicts import Key, Verdict

INTENTS = 5
ANSWERS = 3


class Voice(Protocol):
    """Fills the brand's facts into an answer."""

    def answer(self, identity: str) -> str:
        """Return the text of an answer as the fan reads it."""


class Mind(Protocol):
    """What the desk asks of the model that serves."""

    @property
    def catalogue(self) -> Catalogue:
        """Intents and answers."""

    @property
    def model(self) -> str:
        """The bundle's name."""

    @property
    def voice(self) -> Voice:
        """Whoever words the answers."""

    @property
    def needs(self) -> Mapping[str, int]:
        """How many more right labels each intent needs that is not certified."""

    @property
    def facts(self) -> Mapping[str, str]:
        """What the variables of the brand stand for."""

    def verdicts(self) -> Mapping[Key, Verdict]:
        """Return what was said of the labels it learnt by models that had not."""

    def think(self, texts: Sequence[str]) -> list[Prediction]:
        """Return one prediction for each text."""

    def explain(self, prediction: Prediction, intent: str) -> list[Contribution]:
        """Return the weight of each word for the intent."""

    def likeness(self, texts: Sequence[str]) -> Likeness:
        """Return how alike texts are."""

    def cluster(self, waiting: Sequence[Waiting], least: float = LEAST) -> list[Cluster]:
        """Return what waits in clusters, largest first."""


class MindHolder(Protocol):
    """Holds the mind that serves; another may serve a moment later."""

    @property
    def mind(self) -> Mind:
        """The mind that serves now."""


async def guess(mind: Mind, message_id: int, text: str, reason: str | None) -> Guess | None:
    """Return the guess for a message, or None when it has no words to think about."""
    if not text.strip():
        return None
    return await asyncio.to_thread(_guess, mind, message_id, text, reason)


def _guess(mind: Mind, message_id: int, text: str, reason: str | None) -> Guess:
    prediction = mind.think([text])[0]
    words = [Word(each.token, each.weight) for each in mind.explain(prediction, prediction.intent)]
    answers = [
        AnswerGuess(
            ranked.answer,
            mind.catalogue.answers[ranked.answer].question,
            mind.voice.answer(ranked.answer),
            ranked.confidence,
        )
        for ranked in prediction.answers
        if ranked.answer in mind.catalogue.answers
    ][:ANSWERS]
    return Guess(
        message_id=str(message_id),
        intents=[
            RankedIntentShape(each.intent, each.confidence) for each in prediction.intents[:INTENTS]
        ],
        words=words,
        reason=reason,
        answers=answers,
        draft=answers[0].text if answers else "",
    )
