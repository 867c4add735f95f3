"""Agents write to fans; the outbox delivers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from triagebot import logs
from triagebot.desk.rows import outbound_item
from triagebot.desk.shapes import NewMessage, ThreadItem
from triagebot.errors import BadInput
from triagebot.store import outbound
from triagebot.store.database import Database
from triagebot.web.endpoint import Call, Endpoint


class ReplyApi:
    """Owns the texts of agents. `wake` tells the outbox that there is something to deliver."""

    def __init__(
        self, db: Database, clock: Callable[[], datetime], wake: Callable[[], None]
    ) -> None:
        self._db = db
        self._clock = clock
        self._wake = wake

    def endpoints(self) -> list[Endpoint]:
        """Return the endpoints that write and write again."""
        tag = "conversations"
        return [
            Endpoint("POST", "/api/v1/conversations/{id}/messages", "Write to the fan", self.send,
                     NewMessage, result=ThreadItem, status=201, tag=tag),
            Endpoint("POST", "/api/v1/outbound/{id}/resend",
                     "Send a failed or uncertain text again", self.resend,
                     result=ThreadItem, tag=tag),
        ]  # fmt: skip

    async def send(self, call: Call) -> ThreadItem:
        """Queue a text and return it; the same `client_id` gives the text there is.

        Takes the conversation if nobody has it. Raises `Conflict` with the holder's name.
        """
        if not call.body.text.strip():
            raise BadInput("text: is blank", fields={"text": "is blank"})
        row = await self._db.write(
            outbound.add,
            call.id(),
            call.signed_in.id,
            call.body.text,
            call.body.client_id,
            self._clock(),
        )
        logs.step(
            "written",
            outbound=row.id,
            conversation=row.conversation_id,
            agent=call.signed_in.id,
        )
        self._wake()
        return outbound_item(row)

    async def resend(self, call: Call) -> ThreadItem:
        """Queue a text again, because a person says so. Raises `Conflict` in other states."""
        row = await self._db.write(outbound.resend, call.id(), self._clock())
        self._wake()
        return outbound_item(row)
