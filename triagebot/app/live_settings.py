"""Settings that people change at the desk, in force at once in every process.

They lie between the file and the environment: defaults < triagebot.toml < the desk < environment <
--set. Whoever uses one reads it from `settings` each time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from triagebot.desk.office_hours import OfficeHours
from triagebot.domain.edition import Edition, Subject
from triagebot.errors import BadInput, Conflict, NotFound
from triagebot.settings import Settings, is_pinned, read_value, setting_rows
from triagebot.store import editions
from triagebot.store.database import Database
from triagebot.store.events import EventRow

CHANGEABLE = (
    "brand.name",
    "brand.hotline",
    "brand.shop_url",
    "desk.hours",
    "desk.return_minutes",
    "desk.offer_minutes",
    "desk.sends_per_second",
    "turns.wechat",
    "turns.webchat",
    "surge.text",
)
"""What is read each time it is used, so that a change needs no restart."""

NEEDED = ("brand.name", "desk.hours", "surge.text")
"""Those that must not be empty."""


class LiveSettings:
    """Lays what the desk says over `settings`; `origins` tell where the other values come from."""

    def __init__(
        self,
        settings: Settings,
        origins: Mapping[str, str],
        db: Database,
        clock: Callable[[], datetime],
    ) -> None:
        self._settings = settings
        self._origins = origins
        self._db = db
        self._clock = clock
        self._given = {name: self._value(name) for name in CHANGEABLE}
        self._changed: dict[str, Edition] = {}

    async def start(self) -> None:
        """Apply what was changed before."""
        await self.refresh()

    async def close(self) -> None:
        """Do nothing: nothing runs."""

    async def heard(self, batch: Sequence[EventRow]) -> None:
        """Apply what another process has changed; fit for the feed."""
        if any(event.kind == "settings" for event in batch):
            await self.refresh()

    async def refresh(self) -> None:
        """Read what the desk says and put it in force; what cannot be read any more is left out."""
        newest = await self._db.read(editions.newest, Subject.SETTING)
        self._changed = {}
        for edition in reversed(newest):
            if edition.name in self._given and not self.pinned(edition.name):
                self._changed[edition.name] = edition
        for name, given in self._given.items():
            self._put(name, self._wanted(name, given))

    def rows(self) -> list[dict[str, Any]]:
        """Return all settings; those that the desk may change have `change`, and who did so."""
        rows = setting_rows(self._settings, self._origins)
        for row in rows:
            edition = self._changed.get(row["name"])
            row["change"] = row["name"] in self._given and not self.pinned(row["name"])
            row["edition"] = edition if edition and edition.words is not None else None
        return rows

    def given(self, name: str) -> str:
        """Return what file and defaults say. Raises `NotFound`."""
        if name not in self._given:
            raise NotFound("This is changed in triagebot.toml.", fields={"name": name[:80]})
        return str(self._given[name])

    def check(self, name: str, text: str) -> None:
        """Raise `NotFound`, `Conflict` for a pinned setting, or `BadInput`."""
        self.given(name)
        if self.pinned(name):
            raise Conflict(f"{self._origins[name]} says it.", fields={"value": "pinned"})
        value = read_value(name, text)
        if name in NEEDED and not value:
            raise BadInput("It must not be empty.", fields={"value": "empty"})
        if name == "desk.hours":
            try:
                OfficeHours(value, self._settings.desk.timezone, self._clock)
            except BadInput as error:
                raise BadInput(error.message, fields={"value": "hours"}) from error

    def pinned(self, name: str) -> bool:
        """Return whether the environment or the command says it, which the desk cannot override."""
        return is_pinned(self._origins.get(name, ""))

    def _wanted(self, name: str, given: Any) -> Any:
        edition = self._changed.get(name)
        if edition is None or not isinstance(edition.words, str):
            return given
        try:
            self.check(name, edition.words)
        except BadInput:
            return given
        return read_value(name, edition.words)

    def _value(self, name: str) -> Any:
        section, _, key = name.partition(".")
        return getattr(getattr(self._settings, section), key)

    def _put(self, name: str, value: Any) -> None:
        section, _, key = name.partition(".")
        setattr(getattr(self._settings, section), key, value)
