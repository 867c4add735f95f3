"""What works around the official accounts: profiles, tags."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from triagebot.app.accounts import accounts, api_urls
from triagebot.channels.wechat.connection import Connections
from triagebot.channels.wechat.profiles import Profiles
from triagebot.channels.wechat.tag_sync import TagSync
from triagebot.nodes.duty import Part
from triagebot.settings import Settings
from triagebot.store.database import Database


class WeChatAround:
    """`everywhere` runs on each node, `timed` on one at a time."""

    def __init__(self, settings: Settings, db: Database, clock: Callable[[], datetime]) -> None:
        self.connections = Connections(accounts(settings), api_urls(settings), clock)
        self.profiles = Profiles(db, self.connections, clock)
        self.everywhere: list[Part] = [self.connections, self.profiles]
        self.timed: list[Part] = [TagSync(db, self.connections)]
