"""Say which intents and answers there are."""

from __future__ import annotations

from triagebot.desk.guess import MindHolder
from triagebot.desk.shapes import AnswerShape, CatalogueShape, IntentShape
from triagebot.web.endpoint import Call, Endpoint


class CatalogueApi:
    """Owns `/api/v1/catalogue`: what the mind that serves was trained with."""

    def __init__(self, holder: MindHolder) -> None:
        self._holder = holder

    def endpoints(self) -> list[Endpoint]:
        """Return the one endpoint."""
        return [
            Endpoint("GET", "/api/v1/catalogue", "Intents and answers", self.show,
                     result=CatalogueShape, tag="catalogue"),
        ]  # fmt: skip

    async def show(self, _call: Call) -> CatalogueShape:
        """Return all intents and answers, with answers as the fan would read them."""
        mind = self._holder.mind
        intents = [
            IntentShape(
                intent.name,
                dict(intent.title),
                dict(intent.guideline),
                intent.kind.value,
                intent.risk.value,
            )
            for intent in mind.catalogue.intents.values()
        ]
        answers = [
            AnswerShape(
                answer.id,
                answer.intent,
                answer.question,
                mind.voice.answer(answer.id),
                answer.risk.value,
            )
            for answer in mind.catalogue.answers.values()
        ]
        return CatalogueShape(intents, answers, mind.model, dict(mind.facts))
