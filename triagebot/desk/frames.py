"""Pages as their readers may see them: who may open which screen, in which language."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import msgspec
from aiohttp import web

from triagebot.domain.agent import Role
from triagebot.store.agents import SessionRow
from triagebot.web.auth import Auth, may
from triagebot.web.endpoint import Call
from triagebot.web.session import session_shape
from triagebot.web.shells import Shells

LANGUAGES = ("zh", "en")


@dataclass(frozen=True, slots=True)
class Screen:
    """A screen beside the inbox: who may open it, and how the keys of its sentences begin.

    One that is not in the rail is reached from another screen.
    """

    role: Role
    sentences: tuple[str, ...]
    in_rail: bool = True


ACCOUNT = "account"

SCREENS = {
    "label": Screen(Role.AGENT, ("queue.",)),
    "clusters": Screen(Role.AGENT, ("clusters.",)),
    "answers": Screen(Role.AGENT, ("answers.",)),
    "mentions": Screen(Role.AGENT, ("mentions.",)),
    "search": Screen(Role.AGENT, ("found.",)),
    "models": Screen(Role.LEAD, ("models.",)),
    "dictionary": Screen(Role.ML, ("dictionary.",)),
    "fans": Screen(Role.AGENT, ("fans.",)),
    "menus": Screen(Role.OPS, ("menus.",), in_rail=False),
    "recall": Screen(Role.OPS, ("recall.",), in_rail=False),
    "audit": Screen(Role.AGENT, ("audit.", "bounds.")),
    "wall": Screen(Role.AGENT, ("wall.",)),
    "reports": Screen(Role.AGENT, ("report.",)),
    "users": Screen(Role.ADMIN, ("users.",)),
    "programs": Screen(Role.ADMIN, ("programs.",)),
    "setup": Screen(Role.ADMIN, ("setup.",)),
    "log": Screen(Role.OPS, ("log.",)),
    ACCOUNT: Screen(Role.AGENT, ("account.",), in_rail=False),
}
"""In the order of the rail."""

PRINTED = ("rail.", "start.")
"""Sentences that only templates ask for; scripts are not given them."""

Messages = Mapping[str, Mapping[str, str]]
Page = web.Response
Sentence = Callable[..., str]
Fill = Callable[[SessionRow, Sentence], Awaitable[Mapping[str, object]]]


async def _nothing(_session: SessionRow, _t: Sentence) -> Mapping[str, object]:
    return {}


def read_messages(folder: Path) -> dict[str, dict[str, str]]:
    """Return the sentences of the screens by language and key, from `<language>.json`."""
    return {
        language: msgspec.json.decode(
            (folder / f"{language}.json").read_bytes(), type=dict[str, str]
        )
        for language in LANGUAGES
    }


class Frames:
    """Shows people the pages that they may open, in their language.

    A template sees `language`, `messages`, `session` (as the API gives it, or None), `base`, the
    `screens` that its reader may open, the `screen` it is, and all of them as `page`, which goes
    into the page as JSON; `t("key", name=value)` is a sentence. Other screens' sentences are left
    out.
    """

    def __init__(self, auth: Auth, shells: Shells, messages: Messages) -> None:
        self._auth = auth
        self._shells = shells
        self._messages = messages

    async def session(self, call: Call) -> SessionRow | None:
        """Return the caller's session, or None."""
        return await self._auth.session(call.request)

    async def show(
        self, call: Call, template: str, screen: str = "", fill: Fill = _nothing
    ) -> Page:
        """Return a page, with what `fill` gives its template besides.

        Who is not signed in goes to the sign-in page, who may not see the screen to the desk, and
        who must set up a second factor first to where that is done.
        """
        session = await self.session(call)
        if session is None:
            return redirect("/login")
        if self._auth.lacks_second_factor(session) and screen != ACCOUNT:
            return redirect(f"/desk/{ACCOUNT}")
        if screen and not may(session.agent, SCREENS[screen].role):
            return redirect("/desk")
        t = self._sentence(session.agent.language)
        return self.page(template, session.agent.language, session, screen, await fill(session, t))

    def page(
        self,
        template: str,
        language: str,
        session: SessionRow | None = None,
        screen: str = "",
        values: Mapping[str, object] = MappingProxyType({}),
    ) -> Page:
        """Return a page for a reader who may be nobody."""
        page = {
            "language": language,
            "messages": sentences(self._messages[language], screen),
            "session": msgspec.to_builtins(session_shape(session)) if session else None,
            "base": "",
            "screen": screen,
            "screens": [
                name
                for name, each in SCREENS.items()
                if session and each.in_rail and may(session.agent, each.role)
            ],
        }
        t = self._sentence(language)
        return self._shells.page(template, **page, page=page, t=t, **values)

    def _sentence(self, language: str) -> Sentence:
        messages = self._messages[language]

        def sentence(key: str, **values: object) -> str:
            text = messages.get(key, key)
            for name, value in values.items():
                text = text.replace(f"{{{name}}}", str(value))
            return text

        return sentence


def sentences(messages: Mapping[str, str], screen: str) -> dict[str, str]:
    """Return the sentences without those of screens other than `screen` and those printed."""
    others = tuple(
        start for name, each in SCREENS.items() if name != screen for start in each.sentences
    )
    left_out = (*others, *PRINTED)
    return {key: text for key, text in messages.items() if not key.startswith(left_out)}


def redirect(path: str) -> Page:
    """Return the answer that sends a browser on, with GET."""
    return web.Response(status=303, headers={"Location": path, "Cache-Control": "no-store"})
