"""The endpoints that all edited things have: save a draft, throw it away, publish, bring back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from triagebot.desk.editing import Editing
from triagebot.desk.edition_shapes import Edited, Period
from triagebot.domain.agent import Role
from triagebot.domain.edition import Words
from triagebot.web.endpoint import Call, Endpoint

TAG = "answers"


class DraftApi:
    """Owns `…/draft`, `…/publish` and `…/restore/{id}` below a path; all are for ops.

    `name` reads the thing's name from a call, `words` its words from a body of the type `draft`.
    """

    def __init__(
        self,
        path: str,
        draft: type,
        name: Callable[[Call], str],
        words: Callable[[Any], Words],
        editing: Editing,
    ) -> None:
        self._path = path
        self._draft = draft
        self._name = name
        self._words = words
        self._editing = editing

    def endpoints(self) -> list[Endpoint]:
        """Return the endpoints."""
        path, ops = self._path, Role.OPS
        return [
            Endpoint("PUT", path + "/draft", "Save a draft", self.save, self._draft,
                     result=Edited, role=ops, tag=TAG),
            Endpoint("DELETE", path + "/draft", "Throw the draft away", self.discard,
                     role=ops, status=204, tag=TAG),
            Endpoint("POST", path + "/publish", "Publish the draft", self.publish, Period,
                     result=Edited, role=ops, tag=TAG),
            Endpoint("POST", path + "/restore/{id}", "Make an old version the draft",
                     self.restore, result=Edited, role=ops, tag=TAG),
        ]  # fmt: skip

    async def save(self, call: Call) -> Edited:
        """Save a draft. Raises `BadInput`, or `Conflict` when somebody else saved meanwhile."""
        words, seen = self._words(call.body), call.body.seen
        return await self._editing.save(self._name(call), words, seen, call.signed_in)

    async def discard(self, call: Call) -> None:
        """Throw the draft away."""
        await self._editing.discard(self._name(call))

    async def publish(self, call: Call) -> Edited:
        """Publish the draft; it counts from the next message on."""
        return await self._editing.publish(self._name(call), call.body, call.signed_in)

    async def restore(self, call: Call) -> Edited:
        """Make an old version the draft."""
        return await self._editing.restore(self._name(call), call.id(), call.signed_in)
