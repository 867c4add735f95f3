"""Show the API's description as a page, without any script from elsewhere."""

from __future__ import annotations

from aiohttp import web

from triagebot.web.endpoint import Call, Endpoint
from triagebot.web.shells import Shells


class DocsPage:
    """Owns `/api/docs`."""

    def __init__(self, shells: Shells) -> None:
        self._shells = shells

    def endpoints(self) -> list[Endpoint]:
        """Return the one endpoint."""
        return [
            Endpoint("GET", "/api/docs", "The API as a page", self.show, role=None, described=False)
        ]

    async def show(self, _call: Call) -> web.Response:
        """Return the shell; its script reads the description."""
        return self._shells.page("web/docs.html")
