"""Serve the page in which fans chat."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from aiohttp import web

from triagebot.channels.webchat.visitor import visitor_of
from triagebot.web.endpoint import Call, Endpoint
from triagebot.web.shells import Shells


class WebChatPages:
    """Owns `/chat`. `page` gives what the page shows at first: `brand` and `quick` questions."""

    def __init__(
        self,
        shells: Shells,
        page: Callable[[], Mapping[str, object]] = dict,
        *,
        secure: bool = False,
    ) -> None:
        self._shells = shells
        self._page = page
        self._secure = secure

    def endpoints(self) -> list[Endpoint]:
        """Return the one page."""
        return [Endpoint("GET", "/chat", "The fans' page", self.show, role=None, described=False)]

    async def show(self, call: Call) -> web.Response:
        """Return the shell, with a cookie for a new visitor."""
        english = call.request.headers.get("Accept-Language", "").startswith("en")
        page = {"language": "en" if english else "zh", **self._page()}
        response = self._shells.page("webchat/chat.html", page=page)
        visitor_of(call.request).greet(response, self._secure)
        return response
