"""Serve the shells of sign-in and desk; scripts fill them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec
from aiohttp import web

from triagebot.domain.agent import Role
from triagebot.store.agents import SessionRow
from triagebot.web.auth import Auth, may
from triagebot.web.endpoint import Call, Endpoint
from triagebot.web.session import session_shape
from triagebot.web.shells import Shells

LANGUAGES = ("zh", "en")


@dataclass(frozen=True, slots=True)
class Screen:
    """A screen beside the inbox: who may open it, and how the keys of its sentences begin."""

    role: Role
    sentences: tuple[str, ...]


SCREENS = {
    "audit": Screen(Role.AGENT, ("audit.", "bounds.")),
}
"""In the order of the rail."""

Messages = Mapping[str, Mapping[str, str]]


def read_messages(folder: Path) -> dict[str, dict[str, str]]:
    """Return the sentences of the screens by language and key, from `<language>.json`."""
    return {
        language: msgspec.json.decode(
            (folder / f"{language}.json").read_bytes(), type=dict[str, str]
        )
        for language in LANGUAGES
    }


class DeskPages:
    """Owns `/`, `/login`, `/desk` and everything below it.

    A shell sees `language`, `messages`, `session` (as the API gives it, or None), `base`, the
    `screens` that its reader may open, the `screen` it is, and all of them as `page`, which goes
    into the page as JSON; `t("key")` is a sentence. Other screens' sentences are left out.
    """

    def __init__(self, auth: Auth, shells: Shells, messages: Messages) -> None:
        self._auth = auth
        self._shells = shells
        self._messages = messages

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

    async def home(self, _call: Call) -> web.Response:
        """Redirect to the desk."""
        return _redirect("/desk")

    async def login(self, call: Call) -> web.Response:
        """Return the sign-in page, or go on to the desk when signed in."""
        if await self._auth.session(call.request):
            return _redirect("/desk")
        wants_english = call.request.headers.get("Accept-Language", "").startswith("en")
        return self._page("desk/login.html", "en" if wants_english else "zh", None)

    async def desk(self, call: Call) -> web.Response:
        """Return a screen's shell; redirect to the sign-in page, or from where one may not be."""
        session = await self._auth.session(call.request)
        if session is None:
            return _redirect("/login")
        language, screen = session.agent.language, call.params.get("tail", "").rstrip("/")
        if screen not in SCREENS:
            return self._page("desk/desk.html", language, session)
        if not may(session.agent, SCREENS[screen].role):
            return _redirect("/desk")
        return self._page("desk/work.html", language, session, screen)

    def _page(
        self, name: str, language: str, session: SessionRow | None, screen: str = ""
    ) -> web.Response:
        messages = sentences(self._messages[language], screen)
        page = {
            "language": language,
            "messages": messages,
            "session": msgspec.to_builtins(session_shape(session)) if session else None,
            "base": "",
            "screen": screen,
            "screens": [
                name for name, each in SCREENS.items() if session and may(session.agent, each.role)
            ],
        }
        return self._shells.page(name, **page, page=page, t=lambda key: messages.get(key, key))


def sentences(messages: Mapping[str, str], screen: str) -> dict[str, str]:
    """Return the sentences without those of screens other than `screen`."""
    others = tuple(
        start for name, each in SCREENS.items() if name != screen for start in each.sentences
    )
    return {key: text for key, text in messages.items() if not key.startswith(others)}


def _redirect(path: str) -> web.Response:
    return web.Response(status=303, headers={"Location": path, "Cache-Control": "no-store"})
