"""People say what a message really was, and take it back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from triagebot.desk.guess import MindHolder
from triagebot.desk.rows import label_shape
from triagebot.desk.shapes import LabelShape, NewLabel
from triagebot.domain.label import Label, Source
from triagebot.errors import BadInput
from triagebot.store import labels, messages
from triagebot.store.database import Database
from triagebot.web.endpoint import Call, Endpoint

PATH = "/api/v1/messages/{id}/label"


class LabelApi:
    """Owns the label of a message; everybody has one of their own."""

    def __init__(self, db: Database, holder: MindHolder, clock: Callable[[], datetime]) -> None:
        self._db = db
        self._holder = holder
        self._clock = clock

    def endpoints(self) -> list[Endpoint]:
        """Return the endpoints that label and undo."""
        tag = "labels"
        return [
            Endpoint("PUT", PATH, "Say what a message was", self.put, NewLabel,
                     result=LabelShape, tag=tag),
            Endpoint("DELETE", PATH, "Take your label back", self.undo, status=204, tag=tag),
        ]  # fmt: skip

    async def put(self, call: Call) -> LabelShape:
        """Store the caller's label in place of their earlier one.

        Raises `BadInput` for an intent or answer that the catalogue does not have, `NotFound`.
        """
        self._check(call.body)
        message = await self._db.read(messages.get, call.id())
        row = await self._db.write(
            labels.put,
            Label(
                text=message.text,
                intent=call.body.intent,
                answer=call.body.answer,
                source=Source.AGENT,
                by=call.signed_in.name,
                at=self._clock(),
                message_id=str(message.id),
                model=message.decision.model or None,
                shown=message.decision.intent,
            ),
        )
        return label_shape(row.label)

    async def undo(self, call: Call) -> None:
        """Withdraw the caller's label. Raises `NotFound` when there is none."""
        await self._db.write(labels.withdraw, call.id(), call.signed_in.name, self._clock())

    def _check(self, body: NewLabel) -> None:
        catalogue = self._holder.mind.catalogue
        if body.intent not in catalogue.intents:
            raise BadInput("There is no such intent.", fields={"intent": "unknown"})
        if body.answer is not None and body.answer not in catalogue.answers:
            raise BadInput("There is no such answer.", fields={"answer": "unknown"})
