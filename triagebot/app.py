"""Build everything once: the only file that knows every concrete part."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import datetime
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

from aiohttp import web

import triagebot
from triagebot.channels.demo import fans as demo
from triagebot.channels.outbox import Outbox
from triagebot.channels.rest.api import RestApi
from triagebot.channels.webchat.api import WebChatApi
from triagebot.channels.webchat.news import News
from triagebot.channels.webchat.pages import WebChatPages
from triagebot.channels.wechat.account import Account, Mode
from triagebot.channels.wechat.service import WeChatService
from triagebot.desk.audit_draw import AuditDraw
from triagebot.desk.audits import AuditApi
from triagebot.desk.catalogue import CatalogueApi
from triagebot.desk.conversations import ConversationApi
from triagebot.desk.frames import Frames, read_messages
from triagebot.desk.labelling import LabelApi
from triagebot.desk.live import LiveApi
from triagebot.desk.log import LogApi
from triagebot.desk.office import OfficePages
from triagebot.desk.office_hours import OfficeHours
from triagebot.desk.pages import DeskPages
from triagebot.desk.replies import ReplyApi
from triagebot.desk.report_page import ReportPage
from triagebot.desk.reports import ReportApi
from triagebot.desk.search import SearchApi
from triagebot.desk.users import UserApi
from triagebot.intake.accept import Intake
from triagebot.settings import Settings, read_secret
from triagebot.store import events
from triagebot.store.database import Database
from triagebot.triage.hot_reload import LiveMind
from triagebot.web.auth import Auth, Door
from triagebot.web.docs_page import DocsPage
from triagebot.web.endpoint import HasEndpoints, mount
from triagebot.web.feed import Feed
from triagebot.web.health import HealthApi, Metrics
from triagebot.web.middleware import errors_middleware, measure_middleware, safe_headers
from triagebot.web.openapi import OpenApi
from triagebot.web.passwords import Passwords
from triagebot.web.session import SessionApi
from triagebot.web.shells import Shells
from triagebot.web.sse import Streams
from triagebot.web.static import Static
from triagebot.web.upkeep import Upkeep

PACKAGE = Path(__file__).parent
CONSOLE = PACKAGE / "desk" / "console"
WEBCHAT = PACKAGE / "channels" / "webchat"

Clock = Callable[[], datetime]


class Part(Protocol):
    """Something that works beside the requests."""

    async def start(self) -> None:
        """Begin."""

    async def close(self) -> None:
        """Stop."""


class Server:
    """All parts of one running server, in the order in which they start.

    `fans` adds the demo's simulated fans. Raises `BadBundle` without a promoted model and
    `BadInput` for settings that do not fit together.
    """

    def __init__(self, settings: Settings, clock: Clock, *, fans: bool = False) -> None:
        self.settings = settings
        self.clock = clock
        self.db = Database(settings.database.url, clock=clock)
        self.mind = _live_mind(settings, clock)
        self.intake = Intake(self.db, self.mind, clock)
        self.feed = Feed(self.db)
        self.wechat = WeChatService(_accounts(settings), _api_urls(settings), self.intake, clock)
        deliverers = {demo.CHANNEL: demo.deliver, **self.wechat.deliverers}
        self.outbox = Outbox(self.db, deliverers, clock)
        self.upkeep = Upkeep(self.db, clock)
        self.audit_draw = AuditDraw(self.db, self.mind, clock)
        self.passwords = Passwords()
        self.fans = demo.SimulatedFans(self.intake, clock) if fans else None
        self.app = self._application()

    def _application(self) -> web.Application:
        secure = self.settings.server.base_url.startswith("https://")
        metrics, news = Metrics(), News()
        auth = Auth(self.db, _door(self.settings), self.clock)
        live = LiveApi(self.db, self.feed, Streams(), auth.still_allowed)
        self.feed.listen(news.heard)
        app = web.Application(
            middlewares=[measure_middleware(metrics.measure), errors_middleware()],
        )
        app.on_response_prepare.append(safe_headers(secure))
        app.cleanup_ctx.append(self._running)
        app.on_shutdown.extend([live.close, news.close])
        shells = self._shells()
        frames = Frames(auth, shells, read_messages(CONSOLE / "i18n"))
        deeds = LogApi(self.db)
        reports = ReportApi(self.db, self.mind, self.clock, self.settings.desk.timezone)
        owners: list[HasEndpoints] = [
            SessionApi(self.db, auth, self.passwords, self.clock),
            ConversationApi(self.db, self.mind, self.clock),
            ReplyApi(self.db, self.clock, self.outbox.wake),
            LabelApi(self.db, self.mind, self.clock),
            AuditApi(self.db, self.mind, self.clock),
            CatalogueApi(self.mind),
            SearchApi(self.db),
            reports,
            live,
            ReportPage(frames, reports, self.mind),
            UserApi(self.db, self.passwords, self.clock),
            deeds,
            OfficePages(frames, self.db, deeds),
            DeskPages(frames),
            WebChatApi(self.db, self.intake, news, self.clock, secure=secure),
            WebChatPages(shells, self._chat_page, secure=secure),
            RestApi(self.intake, self.mind, self.clock),
            HealthApi(lambda: self.db.write(lambda _connection: None), metrics),
            OpenApi("triagebot", triagebot.__version__),
            DocsPage(shells),
            self.static,
        ]
        mount(app, owners, auth)
        self.wechat.add_to(app)
        return app

    def _shells(self) -> Shells:
        dev = self.settings.server.dev
        roots = {
            "console": CONSOLE / "static",
            "webchat": WEBCHAT / "static",
            "web": PACKAGE / "web" / "static",
        }
        self.static = Static(roots, dev=dev)
        folders = {
            "desk": CONSOLE / "templates",
            "webchat": WEBCHAT / "templates",
            "web": PACKAGE / "web" / "templates",
        }
        return Shells(folders, self.static, dev=dev)

    def _chat_page(self) -> dict[str, object]:
        """Return what the fans' page shows before the first message."""
        answers = self.mind.mind.catalogue.answers
        quick = [answers[name].question for name in QUICK_QUESTIONS if name in answers]
        return {"brand": self.settings.brand.name, "quick": quick}

    async def _running(self, _app: web.Application) -> AsyncIterator[None]:
        """Start the parts, and stop them in the opposite order."""
        await self.db.start()
        self.mind.on_switch(self._tell_switch)
        parts: list[Part] = [self.mind, self.feed, self.wechat, self.outbox, self.upkeep]
        parts.append(self.audit_draw)
        if self.fans:
            parts.append(self.fans)
        for part in parts:
            await part.start()
        yield
        for part in reversed(parts):
            await part.close()
        await self.intake.close()
        self.passwords.close()
        await self.db.close()

    def _tell_switch(self, name: str) -> None:
        """Tell all screens that another model serves."""
        told = self.db.write(events.emit, "model", None, {"name": name})
        self._telling = asyncio.get_running_loop().create_task(told, name="tell the switch")


QUICK_QUESTIONS = (
    "delivery/ship_time",
    "delivery/track_parcel",
    "after_sales/return_7days",
    "after_sales/service_center",
    "flashing_rom/how_to_update",
    "payment_invoice/how_to_invoice",
)
"""What the fans' page offers to tap, where the catalogue has them."""


def _live_mind(settings: Settings, clock: Clock) -> LiveMind:
    hours = OfficeHours(settings.desk.hours, settings.desk.timezone, clock)
    facts = {
        "brand": settings.brand.name,
        "hotline": settings.brand.hotline,
        "shop_url": settings.brand.shop_url,
        "hours": settings.desk.hours,
    }
    secret = read_secret(settings.models.signing_key_file)
    key = secret[0].encode() if secret else None
    return LiveMind(Path(settings.models.dir), facts, key, hours.staffed)


def _door(settings: Settings) -> Door:
    base = settings.server.base_url
    if not base:
        return Door()
    parts = urlsplit(base)
    return Door(secure=parts.scheme == "https", origins=(f"{parts.scheme}://{parts.netloc}",))


def _api_urls(settings: Settings) -> dict[str, str]:
    return {name: account.api_url for name, account in settings.wechat.items()}


def _accounts(settings: Settings) -> dict[str, Account]:
    return {
        name: Account(
            name,
            account.appid,
            account.original_id,
            tuple(read_secret(account.token_file)),
            tuple(read_secret(account.aes_key_file)),
            Mode(account.mode),
            account.freshness_seconds,
            tuple(account.allow_ips),
            account.passive_only,
            "".join(read_secret(account.secret_file)),
        )
        for name, account in settings.wechat.items()
    }
