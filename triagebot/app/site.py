"""What people and programs reach of a server: its addresses, and the pages behind them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import TYPE_CHECKING

from aiohttp import web

import triagebot
from triagebot.app import spool, surge
from triagebot.app.accounts import door
from triagebot.app.desk import DeskParts, desk_endpoints, own_endpoints
from triagebot.app.mind import staffing
from triagebot.app.pages import chat_page, desk_frames, page_shells, static_files
from triagebot.app.programs import program_endpoints
from triagebot.channels.rest.api import RestApi
from triagebot.channels.webchat.api import WebChatApi
from triagebot.channels.webchat.news import News
from triagebot.channels.webchat.pages import WebChatPages
from triagebot.desk.drift import DriftApi
from triagebot.desk.live import LiveApi
from triagebot.desk.presence import Presence
from triagebot.desk.surge_api import SurgeApi
from triagebot.desk.teamwork import TeamApi
from triagebot.fans.api import FanApi
from triagebot.fans.media_api import MediaApi
from triagebot.nodes.duty import node_name
from triagebot.store import heartbeat
from triagebot.web.auth import Auth
from triagebot.web.docs_page import DocsPage
from triagebot.web.endpoint import HasEndpoints, mount
from triagebot.web.health import HealthApi
from triagebot.web.middleware import errors_middleware, measure_middleware, safe_headers
from triagebot.web.openapi import OpenApi
from triagebot.web.sse import Streams

if TYPE_CHECKING:
    from triagebot.app.server import Server

Running = Callable[[web.Application], AsyncIterator[None]]


class Site:
    """The endpoints of a server, mounted on one application.

    The pages' shells serve the desk and the fans' page; the streams carry all that is live.
    """

    def __init__(self, server: Server) -> None:
        self._server = server
        db, clock = server.db, server.clock
        dev = server.settings.server.dev
        self._secure = server.settings.server.base_url.startswith("https://")
        self._auth = Auth(db, door(server.settings), clock)
        streams = Streams()
        self._live = LiveApi(db, server.feed, streams, self._auth.still_allowed)
        self._news = News()
        server.feed.listen(self._news.heard)
        self.presence = Presence(db, streams, clock, node_name())
        self._team = TeamApi(db, self.presence, clock, server.wechat.show_typing)
        self.static = static_files(dev=dev)
        self._shells = page_shells(self.static, dev=dev)
        self._frames = desk_frames(self._auth, self._shells)

    def application(self, running: Running) -> web.Application:
        """Return what answers requests; `running` starts the parts and stops them."""
        server, metrics = self._server, self._server.metrics
        surge.show(metrics, server.pressure, server.caution)
        if server.spooled:
            spool.show(metrics, server.spooled)
        app = web.Application(
            middlewares=[measure_middleware(metrics.measure), errors_middleware()],
        )
        app.on_response_prepare.append(safe_headers(self._secure))
        app.cleanup_ctx.append(running)
        app.on_shutdown.extend([self._live.close, self._news.close])
        mount(app, [*self._desk(), *self._outside()], self._auth)
        server.wechat.add_to(app)
        return app

    def _desk(self) -> list[HasEndpoints]:
        """Return what people at the desk call."""
        server, db, clock = self._server, self._server.db, self._server.clock
        parts = DeskParts(
            db,
            server.mind,
            clock,
            self._frames,
            server.passwords,
            server.outbox.wake,
            server.settings.desk.timezone,
            server.editions,
            server.shelf,
            server.replica or db,
            has_account=bool(server.settings.wechat),
            menus=server.around.menus,
            settings=server.live_settings,
        )
        own = own_endpoints(db, self._auth, server.passwords, self._frames, clock)
        fans = FanApi(db, server.forgetting, server.around.profiles.shown)
        media = MediaApi(db, server.around.folder)
        return [*own, *desk_endpoints(parts), self._team, fans, media, self._live]

    def _outside(self) -> list[HasEndpoints]:
        """Return what fans, programs and browsers call."""
        server, secure = self._server, self._secure
        db, clock, settings = server.db, server.clock, server.settings
        return [
            WebChatApi(db, server.turns, self._news, clock, secure=secure),
            WebChatPages(
                self._shells, self._chat_page, secure=secure, embed_in=settings.webchat.embed_in
            ),
            RestApi(server.intake, server.mind, clock),
            *program_endpoints(
                settings, db, clock, server.webhooks, server.outbox.wake, self._frames
            ),
            SurgeApi(db, server.pressure, clock),
            DriftApi(lambda: server.caution.guard),
            HealthApi(self._can_keep, server.metrics),
            OpenApi("triagebot", triagebot.__version__),
            DocsPage(self._shells),
            self.static,
        ]

    async def _can_keep(self) -> None:
        """Return when a message could be made durable now. Raises `Busy` when it could not."""
        if self._server.spooled:
            await self._server.spooled.can_keep()
        else:
            await self._server.db.write(heartbeat.beat, 0)

    def _chat_page(self) -> dict[str, object]:
        server, desk = self._server, self._server.settings.desk
        staffed = staffing(desk, server.clock)()
        return chat_page(server.mind, server.settings.brand.name, "" if staffed else desk.hours)
