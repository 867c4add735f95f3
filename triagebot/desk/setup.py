"""A page that says how the server is set up, from where each value comes, and how to change it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from triagebot.desk.frames import Frames, Page, Sentence
from triagebot.store.agents import SessionRow
from triagebot.web.endpoint import Call, Endpoint


class SetupPage:
    """Owns `/desk/setup`. A setting has `name`, `value`, `origin` and `help`.

    Secrets are files, of which only the names are settings.
    """

    def __init__(self, frames: Frames, settings: Sequence[Mapping[str, Any]]) -> None:
        self._frames = frames
        self._settings = [_shown(each) for each in settings]

    def endpoints(self) -> list[Endpoint]:
        """Return the page."""
        return [
            Endpoint("GET", "/desk/setup", "Settings", self.show, role=None, described=False),
        ]

    async def show(self, call: Call) -> Page:
        """Return all settings by section."""

        async def fill(_session: SessionRow, _t: Sentence) -> Mapping[str, object]:
            return {"settings": self._settings}

        return await self._frames.show(call, "desk/setup.html", "setup", fill)


def _shown(row: Mapping[str, Any]) -> dict[str, object]:
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
