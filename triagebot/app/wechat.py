"""What works around the official accounts: profiles, tags, media, notices, menus."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from triagebot.app.accounts import accounts, api_urls
from triagebot.channels.wechat.answered import AnsweredNotices, Template, template_of
from triagebot.channels.wechat.connection import Connections
from triagebot.channels.wechat.media_keeping import MediaKeeping
from triagebot.channels.wechat.menus import AccountMenus
from triagebot.channels.wechat.profiles import Profiles
from triagebot.channels.wechat.tag_sync import TagSync
from triagebot.fans.files import MediaFolder
from triagebot.nodes.duty import Part
from triagebot.settings import Settings
from triagebot.store.database import Database


class WeChatAround:
    """`everywhere` runs on each node, `timed` on one at a time."""

    def __init__(self, settings: Settings, db: Database, clock: Callable[[], datetime]) -> None:
        self.connections = Connections(accounts(settings), api_urls(settings), db, clock)
        self.menus = AccountMenus(self.connections)
        self.profiles = Profiles(db, self.connections, clock)
        self.everywhere: list[Part] = [self.connections, self.profiles]
        self.folder = MediaFolder(Path(settings.fans.media_dir))
        keeping = MediaKeeping(
            db, self.connections, self.folder, clock,
            days=settings.fans.media_days, most_mib=settings.fans.media_mib,
        )  # fmt: skip
        told = AnsweredNotices(db, self.connections, _templates(settings), clock)
        self.timed: list[Part] = [TagSync(db, self.connections), keeping, told]


def _templates(settings: Settings) -> dict[str, Template]:
    found = {}
    for name, account in settings.wechat.items():
        template = template_of(account.answered_template, account.answered_words)
        if template is not None:
            found[f"wechat:{name}"] = template
    return found
