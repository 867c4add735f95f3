"""Lists of conversations, one in full, and the ways in which it changes hands."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial

from triagebot.desk.guess import MindHolder, guess
from triagebot.desk.queue import patience
from triagebot.desk.rows import conversation_row, thread
from triagebot.desk.shapes import (
    ConversationDetail,
    ConversationPage,
    ConversationQuery,
    ConversationRow,
    Counts,
    Fence,
    Guess,
)
from triagebot.store import (
    conversation_lists,
    conversations,
    events,
    labels,
    messages,
    notes,
    outbound,
)
from triagebot.store.database import Database
from triagebot.store.messages import MessageRow
from triagebot.web.endpoint import Call, Endpoint

PATH = "/api/v1/conversations"
THREAD_LIMIT = 200
FIRST = 50
"""Rows of the first page, which comes with the inbox itself."""
CHANGES = {
    "take": ("Take it", conversations.take),
    "release": ("Put it back in the queue", conversations.release),
    "resolve": ("Close it", conversations.resolve),
    "reopen": ("Open it again and take it", conversations.reopen),
    "hand_back": ("Give it to the bot", conversations.hand_back),
}


class ConversationApi:
    """Owns `/api/v1/conversations`, but for the texts that agents write."""

    def __init__(self, db: Database, holder: MindHolder, clock: Callable[[], datetime]) -> None:
        self._db = db
        self._holder = holder
        self._clock = clock

    def endpoints(self) -> list[Endpoint]:
        """Return the endpoints of lists, details and changes."""
        tag = "conversations"
        reading = [
            Endpoint("GET", PATH, "One page of a view", self.list, query=ConversationQuery,
                     result=ConversationPage, tag=tag),
            Endpoint("GET", f"{PATH}/{{id}}", "A conversation in full", self.show,
                     result=ConversationDetail, tag=tag),
        ]  # fmt: skip
        changing = [
            Endpoint("POST", f"{PATH}/{{id}}/{name}", summary, partial(self.change, name=name),
                     Fence, result=ConversationRow, tag=tag)
            for name, (summary, _) in CHANGES.items()
        ]  # fmt: skip
        return reading + changing

    async def list(self, call: Call) -> ConversationPage:
        """Return a page of a view with all counts."""
        query = call.query
        view = conversation_lists.View(query.view)
        return await self.page(call.signed_in.id, view, query.limit, query.after or None)

    async def page(
        self,
        agent_id: int,
        view: conversation_lists.View = conversation_lists.View.WAITING,
        limit: int = FIRST,
        after: str | None = None,
    ) -> ConversationPage:
        """Return a page of a view as an agent sees it, with all counts."""
        waits = patience(self._holder.mind.catalogue, self._clock())
        # The cursor is read before the page, so that an event between them is told again.
        cursor, page, counts = await self._db.read(
            lambda connection: (
                events.newest(connection),
                conversation_lists.page(connection, view, agent_id, after, limit, waits),
                conversation_lists.counts(connection, agent_id),
            )
        )
        return ConversationPage(
            items=[conversation_row(row) for row in page.items],
            next=page.next,
            counts=counts_shape(counts),
            cursor=str(cursor),
        )

    async def show(self, call: Call) -> ConversationDetail:
        """Return a conversation, its newest items, and what the mind makes of the last message."""
        number = call.id()
        row, said, texts, noted = await self._db.read(
            lambda connection: (
                conversations.get(connection, number),
                messages.thread(connection, number, THREAD_LIMIT),
                outbound.thread(connection, number, limit=10 * THREAD_LIMIT)[-THREAD_LIMIT:],
                notes.thread(connection, number, THREAD_LIMIT),
            )
        )
        known = await self._db.read(labels.of_messages, [message.id for message in said])
        newest = next((each for each in reversed(said) if each.text), None)
        return ConversationDetail(
            conversation=conversation_row(row),
            thread=thread(said, texts, known, noted),
            guess=await self._guess(newest) if newest else None,
        )

    async def _guess(self, message: MessageRow) -> Guess | None:
        reason = message.decision.reason.value
        return await guess(self._holder.mind, message.id, message.text, reason)

    async def change(self, call: Call, name: str) -> ConversationRow:
        """Make one change of hands. Raises `Conflict` with the holder's name, `NotFound`."""
        _, job = CHANGES[name]
        row = await self._db.write(
            job, call.id(), call.signed_in.id, self._clock(), call.body.fence
        )
        return conversation_row(row)


def counts_shape(counts: conversation_lists.Counts) -> Counts:
    """Return the counts of all views on the wire."""
    return Counts(
        counts.waiting, counts.mine, counts.open, counts.bot, counts.resolved, counts.snoozed
    )
