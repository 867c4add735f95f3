"""Serve the pages of sign-in and desk; scripts fill them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

import msgspec

from triagebot.desk.first_run import first_steps
from triagebot.desk.frames import SCREENS, Frames, Page, Sentence, redirect
from triagebot.desk.shapes import ConversationPage
from triagebot.domain.agent import Role
from triagebot.store.agents import SessionRow
from triagebot.store.beginnings import beginnings
from triagebot.store.database import Database
from triagebot.web.endpoint import Call, Endpoint

OWN_SHELLS = frozenset({"answers", "wall"})
"""Screens that scripts fill, with a shell of their own."""


class DeskPages:
    """Owns `/`, `/login`, `/desk` and what below it is filled by scripts.

    `rows(agent_id)` gives the first page of who waits, which goes into the inbox, so that its rows
    are there with its scripts; `has_account` says that a WeChat account is set up.
    """

    def __init__(
        self,
        frames: Frames,
        db: Database,
        rows: Callable[[int], Awaitable[ConversationPage]],
        *,
        has_account: bool,
    ) -> None:
        self._frames = frames
        self._rows = rows
        self._db = db
        self._has_account = has_account

    def endpoints(self) -> list[Endpoint]:
        """Return the pages; each looks at the session itself, to redirect instead of refusing."""
        pages = [
            ("/", "To the desk", self.home),
            ("/login", "Sign in", self.login),
            ("/desk", "The desk", self.desk),
            ("/desk/{tail:.*}", "A screen of the desk", self.desk),
        ]
        return [
            Endpoint("GET", path, summary, handler, role=None, described=False)
            for path, summary, handler in pages
        ]

    async def home(self, _call: Call) -> Page:
        """Redirect to the desk."""
        return redirect("/desk")

    async def login(self, call: Call) -> Page:
        """Return the sign-in page, or go on to the desk when signed in."""
        if await self._frames.session(call):
            return redirect("/desk")
        wants_english = call.request.headers.get("Accept-Language", "").startswith("en")
        return self._frames.page("desk/login.html", "en" if wants_english else "zh")

    async def desk(self, call: Call) -> Page:
        """Return a screen's shell, the inbox where there is no such screen."""
        screen = call.params.get("tail", "").rstrip("/")
        if screen not in SCREENS:
            return await self._frames.show(call, "desk/desk.html", fill=self._inbox)
        template = f"desk/{screen}.html" if screen in OWN_SHELLS else "desk/work.html"
        return await self._frames.show(call, template, screen)

    async def _inbox(self, session: SessionRow, _t: Sentence) -> Mapping[str, object]:
        rows = msgspec.to_builtins(await self._rows(session.agent.id))
        if session.agent.role is not Role.ADMIN:
            return {"rows": rows, "steps": []}
        found = await self._db.read(beginnings)
        return {"rows": rows, "steps": first_steps(found, has_account=self._has_account)}
