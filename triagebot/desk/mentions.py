"""A page of the notes in which colleagues name their reader."""

from __future__ import annotations

from collections.abc import Mapping

from triagebot.desk.frames import Frames, Page, Sentence
from triagebot.store import notes
from triagebot.store.agents import SessionRow
from triagebot.store.database import Database
from triagebot.web.endpoint import Call, Endpoint

AMONG = 5000
"""So many of the newest notes are looked through."""
SHOWN = 100


class MentionsPage:
    """Owns `/desk/mentions`."""

    def __init__(self, frames: Frames, db: Database) -> None:
        self._frames = frames
        self._db = db

    def endpoints(self) -> list[Endpoint]:
        """Return the page."""
        return [Endpoint("GET", "/desk/mentions", "Notes that name you", self.show, role=None,
                         described=False)]  # fmt: skip

    async def show(self, call: Call) -> Page:
        """Return the notes, each with a way to its conversation."""

        async def fill(session: SessionRow, _t: Sentence) -> Mapping[str, object]:
            found = await self._db.read(notes.naming, session.agent.name, AMONG)
            return {"notes": found[:SHOWN]}

        return await self._frames.show(call, "desk/mentions.html", "mentions", fill)
