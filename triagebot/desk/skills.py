"""Set what each agent is offered: for which intents and channels, and how much at once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Annotated

import msgspec

from triagebot.desk.guess import MindHolder
from triagebot.domain.agent import Role
from triagebot.errors import BadInput
from triagebot.store import skills
from triagebot.store.database import Database
from triagebot.store.skills import Skill
from triagebot.web.endpoint import Call, Endpoint

Names = Annotated[list[Annotated[str, msgspec.Meta(min_length=1, max_length=100)]],
                  msgspec.Meta(max_length=200)]  # fmt: skip


class SkillShape(msgspec.Struct, forbid_unknown_fields=True):
    """What an agent is offered; no intents or channels are all of them, capacity 0 is no limit."""

    intents: Names = []
    channels: Names = []
    capacity: Annotated[int, msgspec.Meta(ge=0, le=1000)] = 0


class SkillApi:
    """Owns `/api/v1/users/{id}/skills`; an unknown intent is refused, as it would match nothing."""

    def __init__(self, db: Database, holder: MindHolder, clock: Callable[[], datetime]) -> None:
        self._db = db
        self._holder = holder
        self._clock = clock

    def endpoints(self) -> list[Endpoint]:
        """Return the one endpoint."""
        return [
            Endpoint("PUT", "/api/v1/users/{id}/skills", "Set what a person is offered", self.put,
                     SkillShape, status=204, role=Role.ADMIN, tag="users"),
        ]  # fmt: skip

    async def put(self, call: Call) -> None:
        """Replace a person's skills. Raises `BadInput` for intents that are none, `NotFound`."""
        body = call.body
        strange = [each for each in body.intents if each not in self._holder.mind.catalogue.intents]
        if strange:
            raise BadInput(f"intents: there is no {strange[0]!r}", fields={"intents": "unknown"})
        given = Skill(tuple(body.intents), tuple(body.channels), body.capacity)
        await self._db.write(skills.put, call.id(), given, call.signed_in, self._clock())
