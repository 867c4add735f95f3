"""Say whether fans write as they used to, and how careful the bot is because of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import msgspec

from triagebot.models.drift import Guard, Signal
from triagebot.web.endpoint import Call, Endpoint


class DriftShape(msgspec.Struct):
    """`tightened` while proven answers need to be surer, since when, and what is strange.

    A signal's `kind` is intents, unknown (words never seen) or topic; `now` and `usual` are shares.
    """

    tightened: bool
    since: datetime | None
    signals: list[Signal]


class DriftApi:
    """Owns `/api/v1/drift`."""

    def __init__(self, guard: Callable[[], Guard]) -> None:
        self._guard = guard

    def endpoints(self) -> list[Endpoint]:
        """Return the one endpoint."""
        return [
            Endpoint("GET", "/api/v1/drift", "Whether fans write as usual", self.show,
                     result=DriftShape, tag="models"),
        ]  # fmt: skip

    async def show(self, _call: Call) -> DriftShape:
        """Return the state that this process follows."""
        guard = self._guard()
        since = datetime.fromtimestamp(guard.since, UTC) if guard.tight else None
        return DriftShape(guard.tight, since, list(guard.signals))
