"""One running server: its parts, and the order in which they start and stop."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from datetime import datetime
from types import MappingProxyType

from aiohttp import web

from triagebot.app import spool, surge
from triagebot.app.accounts import accounts, api_urls
from triagebot.app.desk import by_the_clock
from triagebot.app.fans import forgetting, retention
from triagebot.app.live_settings import LiveSettings
from triagebot.app.mind import live_mind, model_shelf
from triagebot.app.programs import webhook_sender
from triagebot.app.site import Site
from triagebot.app.turns import joining
from triagebot.app.wechat import WeChatAround
from triagebot.channels.demo import fans as demo
from triagebot.channels.outbox import Outbox
from triagebot.channels.wechat.service import WeChatService
from triagebot.desk.audit_draw import AuditDraw
from triagebot.desk.live_editions import LiveEditions
from triagebot.fans.keeping import FanKeeping
from triagebot.intake.accept import Intake
from triagebot.models.drift_watch import Caution, DriftWatch
from triagebot.models.shadow import Shadow
from triagebot.nodes.duty import Duty, Part
from triagebot.nodes.promotions import SharedPromotions
from triagebot.nodes.reaching import reach
from triagebot.settings import Settings
from triagebot.store import events
from triagebot.store.database import Database
from triagebot.store.replica import Replica
from triagebot.store.upkeep import Upkeep
from triagebot.web.feed import Feed
from triagebot.web.health import Metrics
from triagebot.web.passwords import Passwords

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
        self.editions = LiveEditions(self.db, self.mind, clock)
        self.caution = Caution(self.db, self.mind)
        # Before the screens, which so hear of a change when it is done.
        for each in (self.live_settings, self.pressure, self.editions, self.caution):
            self.feed.listen(each.heard)
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
        self.forgetting = forgetting(settings, self.db, clock)
        self.around = WeChatAround(settings, self.db, clock)
        self.webhooks = webhook_sender(settings, self.db, clock)
        self.duty = Duty(self.db, clock, self._timed())
        self.passwords = Passwords()
        self.fans = demo.SimulatedFans(self.intake, clock) if fans else None
        self.metrics = Metrics()
        self.site = Site(self)
        self.app = self.site.application(self._running)

    def _timed(self) -> list[Part]:
        """Return what is done by the clock, by one node at a time."""
        db, mind, clock, wake = self.db, self.mind, self.clock, self.outbox.wake
        thinker, known = self.intake.thinker, accounts(self.settings)
        return [
            self.outbox,
            Upkeep(db, clock),
            AuditDraw(db, mind, clock),
            FanKeeping(db, self.forgetting, clock),
            Shadow(self.shelf.models, db, mind, clock, self.shelf.key),
            self.webhooks,
            *self.around.timed,
            DriftWatch(db, mind, clock),
            *by_the_clock(self.settings.desk, db, mind, clock, wake),
            retention(self.settings, db, clock),
            surge.afterthoughts(db, thinker, self.pressure, clock, wake, known),
        ]

    async def _running(self, _app: web.Application) -> AsyncIterator[None]:
        """Start the parts, and stop them in the opposite order."""
        await reach(self.db)
        self.mind.on_switch(self._tell_switch)
        parts: list[Part] = [self.live_settings, self.mind, self.editions, self.caution]
        parts += [self.pressure, self.feed, self.wechat, *self.around.everywhere]
        parts += [self.site.presence, self.duty]
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
        packing = asyncio.get_running_loop().run_in_executor(None, self.site.static.load)
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
