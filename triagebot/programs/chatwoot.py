"""Conversations and messages under Chatwoot's addresses: `/api/v1/accounts/{account}/…`."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

import msgspec

from triagebot.domain.agent import Agent, Role
from triagebot.domain.conversation import Status
from triagebot.errors import BadInput
from triagebot.programs import shapes
from triagebot.programs.shapes import Conversation, Message, Person
from triagebot.store import (
    agents,
    conversation_pages,
    conversations,
    fan_lists,
    fans,
    messages,
    notes,
    outbound,
    tags,
)
from triagebot.store.conversation_pages import Holder
from triagebot.store.conversation_rows import ConversationRow
from triagebot.store.database import Database
from triagebot.store.handing import assign, set_status
from triagebot.web.endpoint import Call, Endpoint

BASE = "/api/v1/accounts/{account}"
PATH = f"{BASE}/conversations"
LINES = 20
MOST_TEXTS = 2_000
KEY_HEADER = "Idempotency-Key"
LAST_SECOND = 4_102_444_800
"""The year 2100."""


class ListQuery(msgspec.Struct):
    """Which page of which conversations, 25 a page; what we do not know is passed over."""

    status: Literal["open", "pending", "snoozed", "resolved", "all"] = "open"
    assignee_type: Literal["me", "unassigned", "assigned", "all"] = "all"
    page: Annotated[int, msgspec.Meta(ge=1, le=2000)] = 1


class ThreadQuery(msgspec.Struct):
    """Older than `before`, the id of a fan's message."""

    before: Annotated[int, msgspec.Meta(ge=1)] | None = None


class NewLine(msgspec.Struct):
    """What an agent writes; `private` makes it a note, which only colleagues see.

    `echo_id` or the header Idempotency-Key names a text for the fan once and for all.
    """

    content: Annotated[str, msgspec.Meta(min_length=1, max_length=4000)]
    message_type: Literal["outgoing"] = "outgoing"
    private: bool = False
    echo_id: Annotated[str, msgspec.Meta(max_length=100)] = ""


class Toggle(msgspec.Struct):
    """The status to have; without one, open and resolved change places.

    `snoozed_until`, in seconds since 1970, is when a snoozed one comes back, else in a week; the
    fan's next word brings it back before.
    """

    status: Literal["open", "pending", "resolved", "snoozed"] | None = None
    snoozed_until: Annotated[int, msgspec.Meta(ge=0, le=LAST_SECOND)] | None = None


class Assignment(msgspec.Struct):
    """Whose it is to be; null gives it back to the queue."""

    assignee_id: int | None = None


class Labels(msgspec.Struct):
    """Names of labels: tags of the fan, in our words."""

    labels: Annotated[list[Annotated[str, msgspec.Meta(min_length=1, max_length=30)]],
                      msgspec.Meta(max_length=20)]  # fmt: skip


class ChatwootApi:
    """Owns the conversations under Chatwoot's addresses; `wake` tells the outbox of a text."""

    def __init__(
        self, db: Database, clock: Callable[[], datetime], wake: Callable[[], None]
    ) -> None:
        self._db = db
        self._clock = clock
        self._wake = wake

    def endpoints(self) -> list[Endpoint]:
        """Return the endpoints that list, show, write, hand over and label."""
        tag, one, answer = "chatwoot", f"{PATH}/{{id}}", dict[str, Any]
        return [
            Endpoint("GET", PATH, "Conversations, what changed last first", self.list,
                     query=ListQuery, result=answer, tag=tag),
            Endpoint("GET", one, "A conversation with its newest lines", self.show,
                     result=Conversation, tag=tag),
            Endpoint("GET", f"{one}/messages", "Lines of a conversation", self.lines,
                     query=ThreadQuery, result=answer, tag=tag),
            Endpoint("POST", f"{one}/messages", "Write to the fan", self.write, NewLine,
                     result=Message, tag=tag),
            Endpoint("POST", f"{one}/toggle_status", "Change the status", self.toggle, Toggle,
                     result=answer, tag=tag),
            Endpoint("POST", f"{one}/assignments", "Give it to somebody", self.give, Assignment,
                     result=answer, tag=tag),
            Endpoint("GET", f"{one}/labels", "The fan's tags", self.labels, result=answer,
                     tag=tag),
            Endpoint("POST", f"{one}/labels", "Give the fan exactly these tags", self.put_labels,
                     Labels, result=answer, tag=tag),
            Endpoint("GET", f"{BASE}/agents", "The people of the desk", self.agents,
                     result=list[Person], tag=tag),
            Endpoint("GET", "/api/v1/profile", "In whose name the token speaks", self.profile,
                     result=answer, tag=tag),
        ]  # fmt: skip

    async def list(self, call: Call) -> dict[str, Any]:
        """Return a page of conversations with the counts of all holders."""
        query, me = call.query, call.signed_in.id
        status = None if query.status == "all" else Status(query.status)
        holder = Holder(query.assignee_type)
        rows = await self._db.read(conversation_pages.page, status, holder, me, query.page)
        found = await self._db.read(conversation_pages.counts, status, me)
        meta = {
            "mine_count": found.mine,
            "unassigned_count": found.unassigned,
            "assigned_count": found.assigned,
            "all_count": found.all,
        }
        shown = [shapes.conversation(row, self._clock(), []) for row in rows]
        return {"data": {"meta": meta, "payload": shown}}

    async def show(self, call: Call) -> Conversation:
        """Return one. Raises `NotFound`."""
        row = await self._db.read(conversations.get, call.id())
        shown = shapes.conversation(row, self._clock(), await self._tags(row))
        shown.messages = [*await self._lines(row.id, None)]
        return shown

    async def lines(self, call: Call) -> dict[str, Any]:
        """Return up to twenty of a fan's messages with all that was said between them."""
        row = await self._db.read(conversations.get, call.id())
        shown = shapes.conversation(row, self._clock(), await self._tags(row))
        meta = {"labels": shown.labels, "contact": shown.meta.sender,
                "assignee": shown.meta.assignee}  # fmt: skip
        return {"meta": meta, "payload": await self._lines(row.id, call.query.before)}

    async def write(self, call: Call) -> Message:
        """Queue a text for the fan, or note one for colleagues.

        Raises `Conflict` with the holder's name, `NotFound`.
        """
        line: NewLine = call.body
        if not line.content.strip():
            raise BadInput("content: is blank", fields={"content": "is blank"})
        if line.private:
            me = call.signed_in.id
            note = await self._db.write(notes.add, call.id(), me, line.content, self._clock())
            return shapes.private_note(note)
        key = line.echo_id or call.request.headers.get(KEY_HEADER, "") or secrets.token_hex(16)
        if len(key) > 100:
            raise BadInput("The key is too long.", fields={KEY_HEADER: "<= 100 characters"})
        row = await self._db.write(
            outbound.add, call.id(), call.signed_in.id, line.content, key, self._clock()
        )
        self._wake()
        return shapes.outgoing(row)

    async def toggle(self, call: Call) -> dict[str, Any]:
        """Change the status. Raises `Conflict` when somebody else has it, `NotFound`."""
        wanted: Toggle = call.body
        seconds = wanted.snoozed_until
        until = None if seconds is None else datetime.fromtimestamp(seconds, UTC)
        row = await self._db.write(
            set_status, call.id(), wanted.status, call.signed_in.id, self._clock(), until
        )
        payload = {"success": True, "conversation_id": row.id, "current_status": row.status.value}
        return {"meta": {}, "payload": payload}

    async def give(self, call: Call) -> dict[str, Any]:
        """Give it to a person, or back to the queue: `{}`. Raises `Conflict`, `NotFound`."""
        row = await self._db.write(
            assign, call.id(), call.body.assignee_id, call.signed_in, self._clock()
        )
        if row.agent_id is None:
            return {}
        holder = shapes.agent(await self._db.read(agents.get, row.agent_id))
        return {"id": holder.id, "name": holder.name, "role": holder.role}

    async def labels(self, call: Call) -> dict[str, Any]:
        """Return the names. Raises `NotFound`."""
        return {"payload": await self._tags(await self._db.read(conversations.get, call.id()))}

    async def put_labels(self, call: Call) -> dict[str, Any]:
        """Set the names. Raises `NotFound`, `BadInput`."""
        row = await self._db.read(conversations.get, call.id())
        fan = await self._db.write(fans.ensure, row.channel, row.fan, self._clock())
        await self._db.write(tags.put, fan.id, call.body.labels)
        return {"payload": await self._tags(row)}

    async def agents(self, _call: Call) -> Sequence[Person]:
        """Return everybody who may sign in."""
        people = await self._db.read(agents.everybody)
        return [shapes.agent(person) for person in people if not person.disabled]

    async def profile(self, call: Call) -> dict[str, Any]:
        """Return the caller."""
        me: Agent = call.signed_in
        role = "administrator" if me.role is Role.ADMIN else "agent"
        accounts = [{"id": 1, "name": "triagebot", "role": role}]
        return {"id": me.id, "name": me.name, "role": role, "accounts": accounts}

    async def _lines(self, number: int, before: int | None) -> Sequence[Message]:
        said = await self._db.read(messages.thread, number, LINES, before)
        texts = await self._db.read(outbound.thread, number, 0, MOST_TEXTS)
        begin = said[0].received_at if len(said) == LINES else None
        end = (await self._db.read(messages.get, before)).received_at if before else None
        noted = await self._db.read(notes.thread, number, MOST_TEXTS)

        def is_shown(at: datetime) -> bool:
            return (begin is None or at >= begin) and (end is None or at < end)

        texts = [text for text in texts if is_shown(text.created_at)]
        return shapes.thread(said, texts, [note for note in noted if is_shown(note.at)])

    async def _tags(self, row: ConversationRow) -> Sequence[str]:
        fan = await self._db.read(fans.find, row.channel, row.fan)
        if fan is None:
            return []
        return (await self._db.read(fan_lists.tags_of, [fan.id])).get(fan.id, [])
