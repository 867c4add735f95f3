"""The menu under the conversation on WeChat: drafted, published once typed, and taken back."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Annotated, Protocol

import msgspec

from triagebot.domain.agent import Agent, Role
from triagebot.domain.edition import Edition, Subject
from triagebot.errors import BadInput, NotFound
from triagebot.store import editions
from triagebot.store.database import Database
from triagebot.store.editions import Draft, Publication
from triagebot.web.endpoint import Call, Endpoint

PATH = "/api/v1/menus/{account}"
SHOWN = 20
FOUND = "WeChat"
"""Whose a version is that was not made here: what stood there before the first of ours."""


class Menus(Protocol):
    """The menus of the official accounts, as text that staff can read and write."""

    def names(self) -> list[str]:
        """Return the accounts whose menu can be changed."""

    def read(self, text: str) -> Sequence[object]:
        """Return the buttons of a menu. Raises `BadInput` naming what is wrong where."""

    def tidy(self, text: str) -> str:
        """Return a menu as it is written here. Raises `BadInput`."""

    async def fetch(self, account: str) -> str:
        """Return the menu that fans see, empty for none. Raises `NotFound`, `ChannelRefused`."""

    async def replace(self, account: str, text: str) -> None:
        """Change the menu that fans see. Raises `NotFound`, `ChannelRefused`."""

    async def remove(self, account: str) -> None:
        """Take it away. Raises `NotFound`, `ChannelRefused`."""


class MenuDraft(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A menu to save as a draft; `seen` is the revision of the draft it was written over."""

    text: Annotated[str, msgspec.Meta(min_length=1, max_length=20_000)]
    seen: Annotated[int, msgspec.Meta(ge=0)] = 0


class MenuPublish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The account's name, typed; `version` is the one to bring back, none for the draft."""

    confirm: Annotated[str, msgspec.Meta(max_length=100)]
    version: str = ""


class MenuVersion(msgspec.Struct):
    """A menu that was published; `text` is null where there was none."""

    id: str
    text: str | None
    by: str
    at: datetime


class MenuState(msgspec.Struct):
    """The menu that fans see, the draft, how they differ, and what was published before."""

    account: str
    there: str
    draft: str | None
    seen: int
    diff: list[str]
    versions: list[MenuVersion]


class MenuApi:
    """Owns `/api/v1/menus/{account}`, for ops; a page reads by `show`."""

    def __init__(self, db: Database, menus: Menus, clock: Callable[[], datetime]) -> None:
        self._db = db
        self._menus = menus
        self._clock = clock

    def endpoints(self) -> list[Endpoint]:
        """Return the endpoints that read, draft and publish."""
        tag, role = "menus", Role.OPS
        return [
            Endpoint("GET", PATH, "The menu of an official account", self.read, result=MenuState,
                     role=role, tag=tag),
            Endpoint("PUT", PATH + "/draft", "Save a menu as a draft", self.save, MenuDraft,
                     status=204, role=role, tag=tag),
            Endpoint("DELETE", PATH + "/draft", "Throw the draft away", self.discard, status=204,
                     role=role, tag=tag),
            Endpoint("POST", PATH + "/publish", "Show fans the draft, or an older menu again",
                     self.publish, MenuPublish, result=MenuState, role=role, tag=tag),
        ]  # fmt: skip

    async def read(self, call: Call) -> MenuState:
        """Return one account's menu. Raises `NotFound`, `ChannelRefused`."""
        account = call.params["account"]
        return await self.show(account, await self._menus.fetch(account))

    async def show(self, account: str, there: str) -> MenuState:
        """Return the menu of an account of which `there` is what fans see."""
        draft, versions = await self._db.read(
            lambda connection: (
                editions.draft(connection, Subject.MENU, account),
                editions.history(connection, Subject.MENU, account),
            )
        )
        text = _text(draft)
        lines = differences(there, text) if text is not None else []
        seen = draft.revision if draft else 0
        shown = [_version(each) for each in versions[:SHOWN]]
        return MenuState(account, there, text, seen, lines, shown)

    async def save(self, call: Call) -> None:
        """Save a draft. Raises `BadInput`, or `Conflict` when somebody else saved meanwhile."""
        account, by = self._known(call), call.signed_in
        try:
            text = self._menus.tidy(call.body.text)
        except BadInput as error:
            raise BadInput(error.message, fields=_problem(error)) from error
        draft = (Subject.MENU, account, text, call.body.seen, by.name, self._clock())
        await self._db.write(editions.save_draft, *draft)

    async def discard(self, call: Call) -> None:
        """Throw the draft away."""
        await self._db.write(editions.drop_draft, Subject.MENU, self._known(call))

    async def publish(self, call: Call) -> MenuState:
        """Change what fans see. Raises `BadInput` when it is not confirmed, `ChannelRefused`."""
        account = self._known(call)
        if call.body.confirm.strip() != account:
            raise BadInput("Type the account's name.", fields={"confirm": "name"})
        text = await self._wanted(account, call.body.version)
        before = await self._menus.fetch(account)
        if text is None:
            await self._menus.remove(account)
        else:
            await self._menus.replace(account, text)
        await self._keep(account, before, text, call.signed_in)
        return await self.show(account, text or "")

    async def _wanted(self, account: str, version: str) -> str | None:
        if version:
            found = await self._db.read(editions.get, int(version) if version.isdecimal() else 0)
            if (found.subject, found.name) != (Subject.MENU, account):
                raise NotFound("There is no such version.", fields={"version": version[:40]})
            return found.words if isinstance(found.words, str) else None
        draft = await self._db.read(editions.draft, Subject.MENU, account)
        if draft is None:
            raise NotFound("There is no draft to publish.", fields={"draft": "none"})
        return _text(draft)

    async def _keep(self, account: str, before: str, text: str | None, by: Agent) -> None:
        """Note what fans see now, and what they saw before where that was not made here."""
        known = await self._db.read(editions.history, Subject.MENU, account)
        kept = [_publication(account, text, by.name, by.id)]
        if not known or known[0].words != (before or None):
            kept.insert(0, _publication(account, before or None, FOUND, by.id))
        await self._db.write(editions.publish_all, kept, self._clock())

    def _known(self, call: Call) -> str:
        account = call.params["account"]
        if account not in self._menus.names():
            raise NotFound("There is no such account.", fields={"account": account[:80]})
        return account


def differences(there: str, here: str) -> list[str]:
    """Return the lines that differ between two menus, with what surrounds them."""
    lines = difflib.unified_diff(there.splitlines(), here.splitlines(), lineterm="", n=2)
    return [line for line in lines if not line.startswith(("---", "+++", "@@"))]


def _problem(error: BadInput) -> dict[str, str]:
    """Return what is wrong, as the page has sentences for it, and where."""
    place, what = next(iter(error.fields.items()), ("", "yaml"))
    known = what if what in ("yaml", "count", "name", "type", "missing") else "field"
    return {"menu": known, "place": place, "field": what}


def _text(draft: Draft | None) -> str | None:
    return draft.words if draft and isinstance(draft.words, str) else None


def _version(edition: Edition) -> MenuVersion:
    text = edition.words if isinstance(edition.words, str) else None
    return MenuVersion(str(edition.id), text, edition.by, edition.at)


def _publication(account: str, text: str | None, by: str, agent_id: int) -> Publication:
    return Publication(Subject.MENU, account, text, "", None, None, agent_id, by)
