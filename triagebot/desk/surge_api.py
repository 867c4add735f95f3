"""Show what a surge makes the server give up, and let ops pin a stage."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Literal, Protocol

import msgspec

from triagebot.domain.agent import Role
from triagebot.domain.surge import Stage
from triagebot.store import audit_log, surges
from triagebot.store.database import Database
from triagebot.web.endpoint import Call, Endpoint

PATH = "/api/v1/surge"

StageName = Literal["full", "rules", "text", "count"]


class Reading(Protocol):
    """How a node does."""

    @property
    def waiting(self) -> int:
        """Messages that wait for their commit."""

    @property
    def rate(self) -> float:
        """Messages committed a second."""

    @property
    def oldest(self) -> float:
        """Seconds that the oldest waits."""


class Watched(Protocol):
    """Whoever keeps the stage of this node."""

    @property
    def stage(self) -> Stage:
        """The stage in force."""

    @property
    def load(self) -> Reading:
        """What it followed from."""


class SurgeState(msgspec.Struct):
    """The stage in force on the node that answers, the pinned one, and what the node has to do.

    `put_off` messages were stored and acknowledged, and are thought about when it is calm.
    """

    stage: StageName
    pinned: StageName | None
    waiting: int
    stored_per_second: float
    oldest_seconds: float
    put_off: int


class SurgePin(msgspec.Struct, forbid_unknown_fields=True):
    """The stage to hold; null lets go, so that the stage follows the load."""

    stage: StageName | None


class SurgeApi:
    """Owns `/api/v1/surge`."""

    def __init__(self, db: Database, pressure: Watched, clock: Callable[[], datetime]) -> None:
        self._db = db
        self._pressure = pressure
        self._clock = clock

    def endpoints(self) -> list[Endpoint]:
        """Return the two endpoints."""
        return [
            Endpoint("GET", PATH, "The surge stage and what waits", self.show,
                     result=SurgeState, tag="surge"),
            Endpoint("PUT", PATH, "Pin a surge stage, or let go of it", self.pin, body=SurgePin,
                     result=SurgeState, role=Role.OPS, tag="surge"),
        ]  # fmt: skip

    async def show(self, _call: Call) -> SurgeState:
        """Return the state now."""
        pinned = await self._db.read(surges.pinned)
        put_off = await self._db.read(surges.waiting)
        load = self._pressure.load
        return SurgeState(
            name_of(pinned or self._pressure.stage),
            name_of(pinned) if pinned else None,
            load.waiting,
            round(load.rate, 1),
            round(load.oldest, 3),
            put_off,
        )

    async def pin(self, call: Call) -> SurgeState:
        """Pin or let go, for all processes on this store."""
        wanted = call.body.stage
        stage = Stage[wanted.upper()] if wanted else None
        who = audit_log.by_agent(call.signed_in.id)
        await self._db.write(surges.pin, stage, who, self._clock())
        return await self.show(call)


def name_of(stage: Stage) -> StageName:
    """Return a stage as programs and people write it."""
    names: dict[Stage, StageName] = {
        Stage.FULL: "full",
        Stage.RULES: "rules",
        Stage.TEXT: "text",
        Stage.COUNT: "count",
    }
    return names[stage]
