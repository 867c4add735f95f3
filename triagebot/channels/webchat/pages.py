"""Serve the page in which fans chat."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from aiohttp import web

from triagebot.channels.webchat.visitor import visitor_of
from triagebot.web.endpoint import Call, Endpoint
from triagebot.web.middleware import SAFE_HEADERS
from triagebot.web.shells import Shells

WIDGET = Path(__file__).parent / "static" / "widget.js"


class WebChatPages:
    """Owns `/chat` and its widget.

    `page` gives what the page shows at first: `brand`, `quick` questions, and `closed`, the hours
    when nobody is at work now. `embed_in` are the origins of sites that may show it in a frame.
    """

    def __init__(
        self,
        shells: Shells,
        page: Callable[[], Mapping[str, object]] = dict,
        *,
        secure: bool = False,
        embed_in: Sequence[str] = (),
    ) -> None:
        self._shells = shells
        self._page = page
        self._secure = secure
        self._embed_in = tuple(embed_in)

    def endpoints(self) -> list[Endpoint]:
        """Return the page, and the script that puts it on other sites."""
        return [
            Endpoint("GET", "/chat", "The fans' page", self.show, role=None, described=False),
            Endpoint("GET", "/chat/widget.js", "The button for other sites", self.widget,
                     role=None, described=False),
        ]  # fmt: skip

    async def show(self, call: Call) -> web.Response:
        """Return the shell, with a cookie for a new visitor."""
        english = call.request.headers.get("Accept-Language", "").startswith("en")
        page = {"language": "en" if english else "zh", **self._page()}
        response = self._shells.page("webchat/chat.html", page=page)
        if self._embed_in:
            policy = SAFE_HEADERS["Content-Security-Policy"]
            allowed = f"frame-ancestors 'self' {' '.join(self._embed_in)}"
            response.headers["Content-Security-Policy"] = policy.replace(
                "frame-ancestors 'none'", allowed
            )
        across = bool(self._embed_in) and self._secure
        visitor_of(call.request).greet(response, self._secure, across=across)
        return response

    async def widget(self, _call: Call) -> web.Response:
        """Return the script, which other sites may load."""
        return web.Response(
            text=WIDGET.read_text(encoding="utf-8"),
            content_type="text/javascript",
            headers={
                "Cache-Control": "public, max-age=300",
                "Cross-Origin-Resource-Policy": "cross-origin",
            },
        )
