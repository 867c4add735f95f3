"""Keeps what WeChat says of fans fresh: asked when somebody looks, a hundred in a call."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from triagebot.channels.wechat.api import WeChatApi
from triagebot.channels.wechat.api_errors import InvalidFan
from triagebot.channels.wechat.users import MAX_BATCH, Follower, info, info_of_many
from triagebot.repeating import Repeating
from triagebot.store import fans, tags
from triagebot.store.database import Database
from triagebot.store.fans import FanRow

log = logging.getLogger(__name__)

FRESH = timedelta(days=1)
LOOK_SECONDS = 0.5
MOST_WAITING = 5_000

Apis = Callable[[], Mapping[str, WeChatApi]]


class Profiles(Repeating):
    """Asks WeChat about fans whom somebody sees and about whom it was not asked for a day."""

    def __init__(self, db: Database, apis: Apis, clock: Callable[[], datetime]) -> None:
        self._db = db
        self._apis = apis
        self._clock = clock
        self._wanted: dict[int, FanRow] = {}
        super().__init__((self.refresh, LOOK_SECONDS))

    def shown(self, rows: Iterable[FanRow]) -> None:
        """Note that somebody looks at these; in a rush the rest is left for the next look."""
        apis = self._apis()
        stale = self._clock() - FRESH
        for row in rows:
            is_old = row.asked_at is None or row.asked_at < stale
            if is_old and row.channel in apis and len(self._wanted) < MOST_WAITING:
                self._wanted[row.id] = row

    async def refresh(self) -> int:
        """Ask about those who wait; return how many. An account's trouble is left to the log."""
        wanted, self._wanted = list(self._wanted.values()), {}
        by_channel: dict[str, list[FanRow]] = {}
        for row in wanted:
            by_channel.setdefault(row.channel, []).append(row)
        for channel, rows in by_channel.items():
            api = self._apis()[channel]
            for start in range(0, len(rows), MAX_BATCH):
                await self._ask(api, rows[start : start + MAX_BATCH])
        return len(wanted)

    async def _ask(self, api: WeChatApi, rows: Sequence[FanRow]) -> None:
        for row, told in zip(rows, await _told(api, rows), strict=True):
            await self._db.write(_take, row, told, self._clock())


async def _told(api: WeChatApi, rows: Sequence[FanRow]) -> list[Follower]:
    try:
        if len(rows) == 1:
            return [await info(api, rows[0].fan)]
        return await info_of_many(api, [row.fan for row in rows])
    except InvalidFan:
        if len(rows) == 1:  # not one of this account's: asked again tomorrow
            return [Follower(rows[0].fan, follows=False)]
        return [(await _told(api, [row]))[0] for row in rows]


def _take(connection: Any, row: FanRow, told: Follower, now: datetime) -> None:
    """Store what WeChat said; of who left it says nothing, so what was known stays."""
    values: dict[str, Any] = {"follows": told.follows}
    if told.follows:
        values |= {"followed_at": told.since or row.followed_at, "left_at": None,
                   "remark": told.remark, "unionid": told.unionid, "came_by": told.scene,
                   "scene": told.qr_scene or row.scene}  # fmt: skip
        tags.set_of_fan(connection, row.id, told.tags)
    elif row.left_at is None:
        values["left_at"] = now
    fans.describe(connection, row.id, values, now)
