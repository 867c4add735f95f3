"""One running server: its parts, its endpoints, and the order in which they start and stop."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from datetime import datetime
from types import MappingProxyType

from aiohttp import web

import triagebot
from triagebot.app import spool, surge
from triagebot.app.accounts import accounts, api_urls, door
from triagebot.app.desk import DeskParts, by_the_clock, desk_endpoints, own_endpoints
from triagebot.app.fans import forgetting, retention
from triagebot.app.live_settings import LiveSettings
from triagebot.app.mind import live_mind, model_shelf, staffing
from triagebot.app.pages import chat_page, desk_frames, page_shells, static_files
from triagebot.app.programs import program_endpoints, webhook_sender
from triagebot.app.turns import joining
from triagebot.app.wechat import WeChatAround
from triagebot.channels.demo import fans as demo
from triagebot.channels.outbox import Outbox
from triagebot.channels.rest.api import RestApi
from triagebot.channels.webchat.api import WebChatApi
from triagebot.channels.webchat.news import News
from triagebot.channels.webchat.pages import WebChatPages
from triagebot.channels.wechat.service import WeChatService
from triagebot.desk.audit_draw import AuditDraw
from triagebot.desk.drift import DriftApi
from triagebot.desk.live import LiveApi
from triagebot.desk.live_editions import LiveEditions
from triagebot.desk.presence import Presence
from triagebot.desk.surge_api import SurgeApi
from triagebot.desk.teamwork import TeamApi
from triagebot.fans.api import FanApi
from triagebot.fans.keeping import FanKeeping
from triagebot.fans.media_api import MediaApi
from triagebot.intake.accept import Intake
from triagebot.models.drift_watch import Caution, DriftWatch
from triagebot.models.shadow import Shadow
from triagebot.nodes.duty import Duty, Part, node_name
from triagebot.nodes.promotions import SharedPromotions
from triagebot.nodes.reaching import reach
from triagebot.settings import Settings
from triagebot.store import events, heartbeat
from triagebot.store.database import Database
from triagebot.store.replica import Replica
from triagebot.store.upkeep import Upkeep
from triagebot.web.auth import Auth
from triagebot.web.docs_page import DocsPage
from triagebot.web.endpoint import HasEndpoints, mount
from triagebot.web.feed import Feed
from triagebot.web.health import HealthApi, Metrics
from triagebot.web.middleware import errors_middleware, measure_middleware, safe_headers
from triagebot.web.openapi import OpenApi
from triagebot.web.passwords import Passwords
from triagebot.web.sse import Streams

Clock = Callable[[], datetime]


class Server:
    """All parts of one running server, in the order in which they start.

    `fans` adds the demo's simulated fans; `origins` says where settings come from. Raises
    `BadBundle` without a promoted model and `BadInput` for settings that do not fit together.
    """

    def __init__(
        self,
        settings: Settings,
        clock: Clock,
        *,
        fans: bool = False,
        origins: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self.settings = settings
        self.clock = clock
        self.db = Database(settings.database.url, clock=clock)
        self.mind, self.shelf = live_mind(settings, clock), model_shelf(settings)
        self.pressure = surge.pressure(settings, self.db)
        self.intake = Intake(self.db, self.mind, clock, self.pressure, lambda: settings.surge.text)
        self.feed = Feed(self.db)
        self.live_settings = LiveSettings(settings, origins, self.db, clock)
        self.feed.listen(self.live_settings.heard)
        self.feed.listen(self.pressure.heard)
        self.editions = LiveEditions(self.db, self.mind, clock)
        # First, so that the screens hear of it when it is done.
        self.feed.listen(self.editions.heard)
        self.caution = Caution(self.db, self.mind)
        self.feed.listen(self.caution.heard)
        figures = settings.database.reports_url
        self.replica = Replica(figures) if figures else None
        self.spooled = spool.spooled_intake(settings, self.db, self.intake, clock)
        self.turns = joining(settings, self.db, self.spooled or self.intake, self.intake)
        self.wechat = WeChatService(
            accounts(settings), api_urls(settings), self.turns, self.db, clock
        )
        deliverers = {demo.CHANNEL: demo.deliver, **self.wechat.deliverers}
        self.outbox = Outbox(self.db, deliverers, clock)
        self.wechat.ways.wake = self.outbox.wake
        if self.spooled:
            self.spooled.stored = self.wechat.recorded_late
        self.upkeep = Upkeep(self.db, clock)
        self.audit_draw = AuditDraw(self.db, self.mind, clock)
        self.forgetting = forgetting(settings, self.db, clock)
        self.around = WeChatAround(settings, self.db, clock)
        self.webhooks = webhook_sender(settings, self.db, clock)
        self.fan_keeping = FanKeeping(self.db, self.forgetting, clock)
        self.shadow = Shadow(self.shelf.models, self.db, self.mind, clock, self.shelf.key)
        self.duty = Duty(self.db, clock, self._timed())
        self.passwords = Passwords()
        self.fans = demo.SimulatedFans(self.intake, clock) if fans else None
        self.metrics = Metrics()
        self.app = self._application()

    def _timed(self) -> list[Part]:
        """Return what is done by the clock, by one node at a time."""
        db, mind, clock, wake = self.db, self.mind, self.clock, self.outbox.wake
        thinker, known = self.intake.thinker, accounts(self.settings)
        return [
            self.outbox,
            self.upkeep,
            self.audit_draw,
            self.fan_keeping,
            self.shadow,
            self.webhooks,
            *self.around.timed,
            DriftWatch(db, mind, clock),
            *by_the_clock(self.settings.desk, db, mind, clock, wake),
            retention(self.settings, db, clock),
            surge.afterthoughts(db, thinker, self.pressure, clock, wake, known),
        ]

    def _application(self) -> web.Application:
        secure = self.settings.server.base_url.startswith("https://")
        metrics, news = self.metrics, News()
        surge.show(metrics, self.pressure, self.caution)
        if self.spooled:
            spool.show(metrics, self.spooled)
        auth = Auth(self.db, door(self.settings), self.clock)
        streams = Streams()
        live = LiveApi(self.db, self.feed, streams, auth.still_allowed)
        self.presence = Presence(self.db, streams, self.clock, node_name())
        self.team = TeamApi(self.db, self.presence, self.clock, self.wechat.show_typing)
        self.feed.listen(news.heard)
        app = web.Application(
            middlewares=[measure_middleware(metrics.measure), errors_middleware()],
        )
        app.on_response_prepare.append(safe_headers(secure))
        app.cleanup_ctx.append(self._running)
        app.on_shutdown.extend([live.close, news.close])
        mount(app, [*self._desk(auth, live), *self._outside(metrics, news, secure)], auth)
        self.wechat.add_to(app)
        return app

    def _desk(self, auth: Auth, live: LiveApi) -> list[HasEndpoints]:
        """Return what people at the desk call; the pages' shells serve the fans' page as well."""
        dev = self.settings.server.dev
        self.static = static_files(dev=dev)
        self.shells = page_shells(self.static, dev=dev)
        self.frames = desk_frames(auth, self.shells)
        parts = DeskParts(
            self.db,
            self.mind,
            self.clock,
            self.frames,
            self.passwords,
            self.outbox.wake,
            self.settings.desk.timezone,
            self.editions,
            self.shelf,
            self.replica or self.db,
            has_account=bool(self.settings.wechat),
            menus=self.around.menus,
            settings=self.live_settings,
        )
        own = own_endpoints(self.db, auth, self.passwords, self.frames, self.clock)
        fans = FanApi(self.db, self.forgetting, self.around.profiles.shown)
        media = MediaApi(self.db, self.around.folder)
        return [*own, *desk_endpoints(parts), self.team, fans, media, live]

    def _outside(self, metrics: Metrics, news: News, secure: bool) -> list[HasEndpoints]:
        """Return what fans, programs and browsers call."""
        return [
            WebChatApi(self.db, self.turns, news, self.clock, secure=secure),
            WebChatPages(
                self.shells, self._chat_page, secure=secure, embed_in=self.settings.webchat.embed_in
            ),
            RestApi(self.intake, self.mind, self.clock),
            *program_endpoints(
                self.settings, self.db, self.clock, self.webhooks, self.outbox.wake, self.frames
            ),
            SurgeApi(self.db, self.pressure, self.clock),
            DriftApi(lambda: self.caution.guard),
            HealthApi(self._can_keep, metrics),
            OpenApi("triagebot", triagebot.__version__),
            DocsPage(self.shells),
            self.static,
        ]

    async def _can_keep(self) -> None:
        """Return when a message could be made durable now. Raises `Busy` when it could not."""
        if self.spooled:
            await self.spooled.can_keep()
        else:
            await self.db.write(heartbeat.beat, 0)

    def _chat_page(self) -> dict[str, object]:
        desk = self.settings.desk
        staffed = staffing(desk, self.clock)()
        return chat_page(self.mind, self.settings.brand.name, "" if staffed else desk.hours)

    async def _running(self, _app: web.Application) -> AsyncIterator[None]:
        """Start the parts, and stop them in the opposite order."""
        await reach(self.db)
        self.mind.on_switch(self._tell_switch)
        parts: list[Part] = [self.live_settings, self.mind, self.editions, self.caution]
        parts += [self.pressure, self.feed, self.wechat, *self.around.everywhere]
        parts += [self.presence, self.duty]
        if self.spooled:
            parts.insert(0, self.spooled)
        if self.replica:
            parts.append(self.replica)
        if self.db.is_shared:
            parts.append(SharedPromotions(self.db, self.shelf.models, self.shelf.key))
        if self.fans:
            parts.append(self.fans)
        for part in parts:
            await part.start()
        packing = asyncio.get_running_loop().run_in_executor(None, self.static.load)
        yield
        await packing
        for part in reversed(parts):
            await part.close()
        await self.turns.close()
        await self.intake.close()
        self.passwords.close()
        await self.db.close()

    def _tell_switch(self, name: str) -> None:
        """Tell all screens that another model serves."""
        told = self.db.write(events.emit, "model", None, {"name": name})
        self._telling = asyncio.get_running_loop().create_task(told, name="tell the switch")
