"""The whole server but for WeChat, on a database of its own, with people of every role."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient

from tests.conftest import Clock
from tests.desk.mind import Holder
from triagebot.app.desk import DeskParts, desk_endpoints, own_endpoints
from triagebot.app.live_settings import LiveSettings
from triagebot.channels.outbox import Outbox
from triagebot.channels.rest.api import RestApi
from triagebot.channels.webchat.api import WebChatApi
from triagebot.channels.webchat.news import News
from triagebot.channels.webchat.pages import WebChatPages
from triagebot.channels.wechat.api import WeChatApi
from triagebot.channels.wechat.menus import AccountMenus
from triagebot.desk.drift import DriftApi
from triagebot.desk.frames import Frames
from triagebot.desk.live import LiveApi
from triagebot.desk.live_editions import LiveEditions
from triagebot.desk.models import Shelf
from triagebot.desk.presence import Presence
from triagebot.desk.surge_api import SurgeApi
from triagebot.desk.teamwork import TeamApi
from triagebot.domain.agent import Agent, Role
from triagebot.domain.message import Inbound, Kind
from triagebot.fans.api import FanApi
from triagebot.fans.files import MediaFolder
from triagebot.fans.forgetting import Forgetting, Policy
from triagebot.fans.media_api import MediaApi
from triagebot.intake.accept import Intake, Outcome
from triagebot.models.drift import Guard
from triagebot.programs.chatwoot import ChatwootApi
from triagebot.programs.chatwoot_contacts import ContactApi
from triagebot.programs.pages import ProgramPages
from triagebot.programs.token_api import TokenApi
from triagebot.programs.webhook_api import WebhookApi
from triagebot.programs.webhook_sender import WebhookSender
from triagebot.settings import Settings
from triagebot.store import agents, events
from triagebot.store.database import Database
from triagebot.store.upkeep import Upkeep
from triagebot.web.auth import Auth, Door
from triagebot.web.docs_page import DocsPage
from triagebot.web.endpoint import mount
from triagebot.web.feed import Feed
from triagebot.web.health import HealthApi, Metrics
from triagebot.web.middleware import errors_middleware, measure_middleware, safe_headers
from triagebot.web.openapi import OpenApi
from triagebot.web.passwords import Passwords
from triagebot.web.shells import Shells
from triagebot.web.sse import Streams
from triagebot.web.static import Static

PASSWORD = "correct horse"
MESSAGES = {"zh": {"title": "客服台"}, "en": {"title": "Desk"}}
SHELL = (
    '<html lang="{{ language }}"><script id="page-data">{{ page|tojson }}</script>{{ t("title") }}'
)

Client = TestClient[web.Request, web.Application]


@dataclass
class World:
    """All parts of one server, and shortcuts for what tests do."""

    db: Database
    clock: Clock
    intake: Intake
    app: web.Application
    auth: Auth
    feed: Feed
    live: LiveApi
    outbox: Outbox
    upkeep: Upkeep
    streams: Streams
    news: News
    password_hash: str
    connect: Callable[..., Awaitable[Client]]
    holder: Holder
    editions: LiveEditions
    models: Path
    apis: dict[str, WeChatApi]
    people: dict[str, Agent] = field(default_factory=dict)

    async def person(self, name: str, role: Role = Role.AGENT) -> Agent:
        if name not in self.people:
            self.people[name] = await self.db.write(
                agents.add, name, role, self.password_hash, self.clock()
            )
        return self.people[name]

    async def fan_says(self, text: str, fan: str = "fan-1234", key: str = "") -> Outcome:
        self.clock.forward(seconds=1)
        key = key or f"{self.clock.now}"
        return await self.intake.accept(Inbound("webchat", fan, key, Kind.TEXT, text, self.clock()))

    async def caught_up(self) -> None:
        """Wait until the feed has passed everything that has happened."""
        newest = await self.db.read(events.newest)
        async with asyncio.timeout(30):
            while self.feed.cursor < newest:  # noqa: ASYNC110 nobody tells when it has
                await asyncio.sleep(0)

    async def client(self) -> Client:
        return await self.connect(self.app)

    async def signed_in(self, name: str, role: Role = Role.AGENT) -> Desk:
        await self.person(name, role)
        desk = Desk(await self.client())
        await desk.sign_in(name)
        return desk


class Desk:
    """A browser with somebody signed in."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.csrf = ""

    async def sign_in(self, name: str, password: str = PASSWORD):
        body = {"name": name, "password": password}
        response = await self.client.post("/api/v1/session", json=body)
        if response.status == 200:
            self.csrf = (await response.json())["csrf"]
        return response

    async def request(self, method: str, path: str, **options):
        headers = {"X-CSRF-Token": self.csrf, **options.pop("headers", {})}
        return await self.client.request(method, path, headers=headers, **options)

    async def get(self, path: str):
        response = await self.client.get(path)
        assert response.status == 200, await response.text()
        return await response.json()

    async def post(self, path: str, body: object = None, status: int = 200):
        response = await self.request("POST", path, json={} if body is None else body)
        assert response.status == status, await response.text()
        return await response.json()

    async def change(self, conversation: int | str, what: str, fence=None, status: int = 200):
        body = {} if fence is None else {"fence": fence}
        return await self.post(f"/api/v1/conversations/{conversation}/{what}", body, status)


@pytest.fixture
def passwords():
    passwords = Passwords(memory_kib=64, rounds=1)
    yield passwords
    passwords.close()


@pytest.fixture
async def world(
    tmp_path: Path,
    clock: Clock,
    database: Database,
    passwords: Passwords,
    aiohttp_client: Callable[..., Awaitable[Client]],
):
    db = database
    holder = Holder()
    intake = Intake(db, holder, clock)
    shells, models = folders(tmp_path), tmp_path / "models"
    world = build(db, clock, intake, holder, passwords, shells, models, aiohttp_client)
    await world.feed.start()
    yield world
    await world.live.close()
    await world.feed.close()
    await intake.close()


def folders(root: Path) -> Shells:
    """Templates and static files of a test: the real ones belong to the screens' own tests."""
    office = (
        "reports",
        "users",
        "programs",
        "setup",
        "mentions",
        "log",
        "recall",
        "dictionary",
        "menus",
        "account",
    )
    for name in ("login", "desk", "chat", *office):
        (root / f"{name}.html").write_text(SHELL if name != "chat" else "<title>chat</title>")
    web_folder = Path(__file__).parents[2] / "triagebot" / "web"
    static = Static({"web": web_folder / "static"})
    places = {"desk": root, "webchat": root, "web": web_folder / "templates"}
    shells = Shells(places, static)
    shells.static = static
    return shells


def build(db, clock, intake, holder, passwords, shells, models, connect) -> World:
    auth = Auth(db, Door(), clock)
    feed = Feed(db, poll=0.2, pause=0.0)
    streams, metrics, news = Streams(limit=8), Metrics(), News()
    outbox = Outbox(db, {}, clock)
    live = LiveApi(db, feed, streams, auth.still_allowed, count_seconds=0.01)
    editions = LiveEditions(db, holder, clock)
    feed.listen(editions.heard)
    feed.listen(intake.pressure.heard)
    feed.listen(news.heard)
    app = web.Application(middlewares=[measure_middleware(metrics.measure), errors_middleware()])
    app.on_response_prepare.append(safe_headers(secure=False))
    app.on_shutdown.extend([live.close, news.close])
    frames, passing = Frames(auth, shells, MESSAGES), MediaFolder(Path("var/media"))
    apis: dict[str, WeChatApi] = {}
    live_settings = LiveSettings(Settings(), {"surge.text": "--set"}, db, clock)
    feed.listen(live_settings.heard)
    parts = DeskParts(
        db,
        holder,
        clock,
        frames,
        passwords,
        outbox.wake,
        "Asia/Shanghai",
        editions,
        Shelf(models),
        db,
        has_account=False,
        menus=AccountMenus(lambda: apis),
        settings=live_settings,
    )
    owners = [
        *own_endpoints(db, auth, passwords, frames, clock),
        *desk_endpoints(parts),
        TeamApi(db, Presence(db, streams, clock, "here"), clock),
        DriftApi(Guard),
        FanApi(db, Forgetting(db, Policy(), passing, clock)),
        MediaApi(db, passing),
        live,
        WebChatApi(db, intake, news, clock),
        WebChatPages(shells),
        RestApi(intake, holder, clock),
        WebhookApi(db, WebhookSender(db, clock)),
        TokenApi(db, clock),
        ProgramPages(frames, db),
        ChatwootApi(db, clock, outbox.wake),
        ContactApi(db, clock),
        SurgeApi(db, intake.pressure, clock),
        HealthApi(lambda: db.write(lambda connection: None), metrics),
        OpenApi("triagebot", "0"),
        DocsPage(shells),
        shells.static,
    ]
    mount(app, owners, auth)
    upkeep = Upkeep(db, clock)
    hashed = passwords.hash(PASSWORD)
    return World(
        db,
        clock,
        intake,
        app,
        auth,
        feed,
        live,
        outbox,
        upkeep,
        streams,
        news,
        hashed,
        connect,
        holder,
        editions,
        models,
        apis,
    )
