"""A page on which admins keep webhooks and their own tokens for programs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Protocol, get_args

from aiohttp import web

from triagebot.programs.webhook_api import Kind, webhook_shape
from triagebot.store import agents, webhooks
from triagebot.store.agents import SessionRow
from triagebot.store.database import Database
from triagebot.web.endpoint import Call, Endpoint

FAILURES = 5
"""So many of the last failed deliveries of each webhook are shown."""
NEWEST = 50

Fill = Callable[[SessionRow, Callable[..., str]], Awaitable[Mapping[str, object]]]


class Frames(Protocol):
    """Shows people the pages that they may open."""

    async def show(self, call: Call, template: str, screen: str, fill: Fill) -> web.Response:
        """Return a page with what `fill` gives its template."""


class ProgramPages:
    """Owns `/desk/programs`."""

    def __init__(self, frames: Frames, db: Database) -> None:
        self._frames = frames
        self._db = db

    def endpoints(self) -> list[Endpoint]:
        """Return the page."""
        return [Endpoint("GET", "/desk/programs", "Programs", self.show, role=None,
                         described=False)]  # fmt: skip

    async def show(self, call: Call) -> web.Response:
        """Return webhooks with their last failures, and the reader's tokens."""

        async def fill(session: SessionRow, _t: Callable[..., str]) -> Mapping[str, object]:
            rows = await self._db.read(webhooks.everything)
            failed = {str(row.id): await self._failures(row.id) for row in rows}
            return {
                "webhooks": [webhook_shape(row) for row in rows],
                "failed": failed,
                "kinds": get_args(Kind),
                "tokens": await self._db.read(agents.tokens, session.agent.id),
            }

        return await self._frames.show(call, "desk/programs.html", "programs", fill)

    async def _failures(self, webhook_id: int) -> list[Any]:
        newest = await self._db.read(webhooks.deliveries, webhook_id, None, NEWEST)
        return [each for each in newest if each.error][:FAILURES]
