"""Say what the mind makes of a text, without storing anything."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from triagebot.channels.rest.shapes import NamedConfidence, Parsed, Text, Word
from triagebot.domain.catalogue import Catalogue
from triagebot.domain.conversation import Memory
from triagebot.domain.decision import Decision
from triagebot.domain.message import Inbound, Kind
from triagebot.domain.prediction import Contribution, Prediction


class Mind(Protocol):
    """What the channel asks of the model that serves."""

    @property
    def catalogue(self) -> Catalogue:
        """Intents, answers and the bot's own sentences."""

    @property
    def model(self) -> str:
        """The name of the bundle."""

    def think(self, texts: Sequence[str]) -> list[Prediction]:
        """Return one prediction for each text."""

    def decide(
        self,
        inbound: Inbound,
        memory: Memory,
        prediction: Prediction | None,
        switches: Sequence[str] | None = None,
    ) -> Decision:
        """Return what to do with a message."""

    def explain(self, prediction: Prediction, intent: str) -> list[Contribution]:
        """Return the weight of each word for the intent."""


class MindHolder(Protocol):
    """Holds the mind that serves; another may serve a moment later."""

    @property
    def mind(self) -> Mind:
        """The mind that serves now."""


async def parse(mind: Mind, body: Text, channel: str, now: datetime) -> Parsed:
    """Return Rasa's shape for a text, as if it were the first message of a fan."""
    inbound = Inbound(channel, "", "", Kind.TEXT, body.text, now)
    return await asyncio.to_thread(_parse, mind, body, inbound)


def _parse(mind: Mind, body: Text, inbound: Inbound) -> Parsed:
    prediction = mind.think([body.text])[0] if body.text.strip() else None
    decision = mind.decide(inbound, Memory(), prediction)
    words = mind.explain(prediction, prediction.intent) if prediction else []
    ranking = [
        NamedConfidence(ranked.intent, ranked.confidence)
        for ranked in (prediction.intents if prediction else ())
    ]
    return Parsed(
        text=body.text,
        intent=ranking[0] if ranking else NamedConfidence(None, 0.0),
        entities=[],
        intent_ranking=ranking,
        decision=decision.action.value,
        reason=decision.reason.value,
        threshold=decision.threshold,
        answer=decision.answer,
        answer_confidence=decision.answer_confidence,
        options=list(decision.options),
        explanation=[Word(word.token, word.weight) for word in words],
        model_id=mind.model,
        message_id=body.message_id,
    )
