"""Colleagues around one conversation: put aside, given on, noted, looked at by somebody else."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import partial

from triagebot.desk.presence import Presence
from triagebot.desk.rows import conversation_row, note_item
from triagebot.desk.shapes import ConversationRow, Fence, ThreadItem
from triagebot.desk.team_shapes import Assign, Colleague, NewNote, Snooze
from triagebot.domain.agent import Role
from triagebot.errors import BadInput
from triagebot.store import agents, conversation_lists, conversation_moves, events, notes
from triagebot.store.database import Database
from triagebot.web.auth import may
from triagebot.web.endpoint import Call, Endpoint

PATH = "/api/v1/conversations/{id}"


ShowTyping = Callable[[int, int], Awaitable[None]]
"""Takes the conversation's number and the agent's. Raises `NotFound`."""


class TeamApi:
    """Owns what colleagues do for each other. `presence` knows who is at the desk.

    `show_typing` may tell the fan of a conversation that an agent is writing.
    """

    def __init__(
        self,
        db: Database,
        presence: Presence,
        clock: Callable[[], datetime],
        show_typing: ShowTyping | None = None,
    ) -> None:
        self._db = db
        self._presence = presence
        self._clock = clock
        self._show_typing = show_typing

    def endpoints(self) -> list[Endpoint]:
        """Return the endpoints."""
        tag, changed = "conversations", ConversationRow
        return [
            Endpoint("POST", f"{PATH}/snooze", "Put it aside until a time", self.snooze, Snooze,
                     result=changed, tag=tag),
            Endpoint("POST", f"{PATH}/wake", "Bring it back", self.wake, Fence,
                     result=changed, tag=tag),
            Endpoint("POST", f"{PATH}/assign", "Give it to a colleague", self.assign, Assign,
                     result=changed, tag=tag),
            Endpoint("POST", f"{PATH}/unassign", "Take back what you gave a colleague",
                     self.unassign, Fence, result=changed, tag=tag),
            Endpoint("POST", f"{PATH}/typing", "Tell colleagues that you are writing",
                     self.typing, status=204, tag=tag),
            Endpoint("POST", f"{PATH}/notes", "Add a note for colleagues", self.note, NewNote,
                     result=ThreadItem, status=201, tag=tag),
            Endpoint("DELETE", "/api/v1/notes/{id}", "Delete your note", self.unnote,
                     status=204, tag=tag),
            Endpoint("GET", "/api/v1/colleagues", "Who can have conversations", self.colleagues,
                     result=list[Colleague], tag=tag),
        ]  # fmt: skip

    async def snooze(self, call: Call) -> ConversationRow:
        """Put aside; it comes back at the time, or with the fan's next word. Raises `Conflict`."""
        body = call.body
        job = partial(conversation_moves.snooze, fence=body.fence, until=body.until)
        row = await self._db.write(job, call.id(), call.signed_in.id, self._clock())
        return conversation_row(row)

    async def wake(self, call: Call) -> ConversationRow:
        """Bring back what the caller put aside. Raises `Conflict`."""
        job = partial(conversation_moves.wake, fence=call.body.fence)
        return conversation_row(
            await self._db.write(job, call.id(), call.signed_in.id, self._clock())
        )

    async def assign(self, call: Call) -> ConversationRow:
        """Give to a colleague; leads may give what somebody else has. Raises `Conflict`."""
        me, body = call.signed_in, call.body
        job = partial(
            conversation_moves.assign,
            fence=body.fence,
            to=int(body.agent_id),
            any_holder=may(me, Role.LEAD),
        )
        return conversation_row(await self._db.write(job, call.id(), me.id, self._clock()))

    async def unassign(self, call: Call) -> ConversationRow:
        """Have again what one gave away, if nothing happened since. Raises `Conflict`."""
        job = partial(conversation_moves.unassign, fence=call.body.fence)
        return conversation_row(
            await self._db.write(job, call.id(), call.signed_in.id, self._clock())
        )

    async def typing(self, call: Call) -> None:
        """Show everybody who has it open that the caller is writing; nothing is stored of it."""
        me = call.signed_in
        payload = {"agent_id": str(me.id), "name": me.name}
        await self._db.write(events.emit, "typing", call.id(), payload)
        if self._show_typing:
            await self._show_typing(call.id(), me.id)

    async def note(self, call: Call) -> ThreadItem:
        """Add a note; it never reaches the fan. Raises `NotFound`."""
        if not call.body.text.strip():
            raise BadInput("text: is blank", fields={"text": "is blank"})
        me, now = call.signed_in, self._clock()
        return note_item(await self._db.write(notes.add, call.id(), me.id, call.body.text, now))

    async def unnote(self, call: Call) -> None:
        """Delete one's own note. Raises `NotFound`."""
        await self._db.write(notes.remove, call.id(), call.signed_in.id)

    async def colleagues(self, _call: Call) -> list[Colleague]:
        """Return all who can sign in, those at the desk first, then who has fewest."""
        everybody = await self._db.read(agents.everybody)
        held = await self._db.read(conversation_lists.held)
        here = await self._presence.everywhere()
        found = [
            Colleague(str(each.id), each.name, each.id in here, held.get(each.id, 0))
            for each in everybody
            if not each.disabled
        ]
        return sorted(found, key=lambda each: (not each.present, each.open, each.name))
