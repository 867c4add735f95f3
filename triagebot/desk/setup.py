"""A page that says how the server is set up, from where each value comes, and changes some."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from triagebot.desk.frames import Frames, Page, Sentence
from triagebot.desk.settings_api import SettingApi
from triagebot.store.agents import SessionRow
from triagebot.web.endpoint import Call, Endpoint


class SetupPage:
    """Owns `/desk/setup`. Secrets are files, of which only the names are settings."""

    def __init__(self, frames: Frames, api: SettingApi) -> None:
        self._frames = frames
        self._api = api

    def endpoints(self) -> list[Endpoint]:
        """Return the page."""
        return [
            Endpoint("GET", "/desk/setup", "Settings", self.show, role=None, described=False),
        ]

    async def show(self, call: Call) -> Page:
        """Return all settings by section, those to be changed here first."""

        async def fill(_session: SessionRow, _t: Sentence) -> Mapping[str, object]:
            rows = shown(self._api.rows())
            return {
                "changeable": [row for row in rows if row["change"]],
                "settings": [row for row in rows if not row["change"]],
                "deeds": await self._api.deeds(),
            }

        return await self._frames.show(call, "desk/setup.html", "setup", fill)


def shown(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return settings as the page shows them, without passwords of addresses."""
    return [_shown(row) for row in rows]


def _shown(row: Mapping[str, Any]) -> dict[str, Any]:
    section, _, key = row["name"].rpartition(".")
    value = row["value"]
    if isinstance(value, list):
        value = ", ".join(map(str, value))
    if isinstance(value, str) and "://" in value:
        value = _without_password(value)
    return {**row, "section": section, "key": key, "value": value}


def _without_password(address: str) -> str:
    parts = urlsplit(address)
    if parts.password is None:
        return address
    return address.replace(f":{parts.password}@", ":***@")
