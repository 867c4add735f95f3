"""Short texts that agents insert; every agent may use them, leads write them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from triagebot.desk.edition_shapes import NewSnippet, SnippetShape
from triagebot.domain.agent import Role
from triagebot.store import snippets
from triagebot.store.database import Database
from triagebot.store.snippets import Snippet
from triagebot.web.endpoint import Call, Endpoint

PATH = "/api/v1/snippets"


class SnippetApi:
    """Owns `/api/v1/snippets`."""

    def __init__(self, db: Database, clock: Callable[[], datetime]) -> None:
        self._db = db
        self._clock = clock

    def endpoints(self) -> list[Endpoint]:
        """Return the endpoints that list, add, change and delete."""
        tag, lead = "snippets", Role.LEAD
        return [
            Endpoint("GET", PATH, "All snippets", self.everything, result=list[SnippetShape],
                     tag=tag),
            Endpoint("POST", PATH, "Add a snippet", self.add, NewSnippet, result=SnippetShape,
                     role=lead, status=201, tag=tag),
            Endpoint("PUT", PATH + "/{id}", "Change a snippet", self.change, NewSnippet,
                     result=SnippetShape, role=lead, tag=tag),
            Endpoint("DELETE", PATH + "/{id}", "Delete a snippet", self.remove, role=lead,
                     status=204, tag=tag),
        ]  # fmt: skip

    async def everything(self, _call: Call) -> list[SnippetShape]:
        """Return all snippets by title."""
        return [_shape(each) for each in await self._db.read(snippets.everything)]

    async def add(self, call: Call) -> SnippetShape:
        """Add a snippet. Raises `Conflict` for a title in use."""
        return await self._put(call, None)

    async def change(self, call: Call) -> SnippetShape:
        """Change a snippet. Raises `Conflict` and `NotFound`."""
        return await self._put(call, call.id())

    async def remove(self, call: Call) -> None:
        """Delete a snippet. Raises `NotFound`."""
        await self._db.write(snippets.remove, call.id())

    async def _put(self, call: Call, number: int | None) -> SnippetShape:
        new, by = call.body, call.signed_in.name
        return _shape(
            await self._db.write(
                snippets.put, number, new.title, new.text, new.shortcut, by, self._clock()
            )
        )


def _shape(row: Snippet) -> SnippetShape:
    return SnippetShape(str(row.id), row.title, row.text, row.shortcut, row.by, row.at)
