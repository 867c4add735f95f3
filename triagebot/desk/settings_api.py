"""Settings that may be changed while the server runs: by whom, from what to what, and back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, Protocol

import msgspec

from triagebot.domain.agent import Role
from triagebot.domain.edition import Edition, Subject
from triagebot.store import editions
from triagebot.store.database import Database
from triagebot.store.editions import Publication
from triagebot.web.endpoint import Call, Endpoint

PATH = "/api/v1/settings"
ONE = PATH + "/{name}"
DEEDS = 20


class Changeable(Protocol):
    """The settings in force. One has `name`, `value`, `origin`, `help`, `change`, `edition`."""

    def rows(self) -> Sequence[Mapping[str, Any]]:
        """Return all settings."""

    def given(self, name: str) -> str:
        """Return what a changeable one is without the desk. Raises `NotFound`."""

    def check(self, name: str, text: str) -> None:
        """Raise `NotFound`, `Conflict` or `BadInput` for what cannot be set."""

    async def refresh(self) -> None:
        """Put in force what was stored."""


class SettingValue(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A value as people write it."""

    value: Annotated[str, msgspec.Meta(max_length=600)]


class SettingRow(msgspec.Struct):
    """A setting that may be changed at the desk; `origin` is `desk` where it was."""

    name: str
    value: str
    origin: str
    by: str | None
    at: datetime | None


class SettingApi:
    """Owns `/api/v1/settings`, for admins."""

    def __init__(self, db: Database, settings: Changeable, clock: Callable[[], datetime]) -> None:
        self._db = db
        self._settings = settings
        self._clock = clock
        self.rows = settings.rows

    def endpoints(self) -> list[Endpoint]:
        """Return the endpoints that read, change and reset."""
        tag, role = "settings", Role.ADMIN
        return [
            Endpoint("GET", PATH, "Settings that may be changed here", self.read,
                     result=list[SettingRow], role=role, tag=tag),
            Endpoint("PUT", ONE, "Change a setting, at once and everywhere", self.change,
                     SettingValue, result=list[SettingRow], role=role, tag=tag),
            Endpoint("DELETE", ONE, "Leave a setting to the file again", self.reset,
                     result=list[SettingRow], role=role, tag=tag),
        ]  # fmt: skip

    async def read(self, _call: Call) -> list[SettingRow]:
        """Return the settings that may be changed."""
        return [_row(each) for each in self.rows() if each["change"]]

    async def change(self, call: Call) -> list[SettingRow]:
        """Change one. Raises `NotFound`, `Conflict` when it is pinned, `BadInput`."""
        self._settings.check(call.params["name"], call.body.value)
        return await self._publish(call, call.body.value.strip())

    async def reset(self, call: Call) -> list[SettingRow]:
        """Leave one to the file. Raises `NotFound`."""
        self._settings.given(call.params["name"])
        return await self._publish(call, None)

    async def deeds(self) -> Sequence[Edition]:
        """Return the newest changes first."""
        return (await self._db.read(editions.newest, Subject.SETTING))[:DEEDS]

    async def _publish(self, call: Call, value: str | None) -> list[SettingRow]:
        name, by = call.params["name"], call.signed_in
        change = Publication(Subject.SETTING, name, value, "", None, None, by.id, by.name)
        await self._db.write(editions.publish, change, self._clock())
        await self._settings.refresh()
        return await self.read(call)


def _row(row: Mapping[str, Any]) -> SettingRow:
    edition: Edition | None = row["edition"]
    if edition is None:
        return SettingRow(row["name"], str(row["value"]), row["origin"], None, None)
    return SettingRow(row["name"], str(row["value"]), "desk", edition.by, edition.at)
