"""Tells WeChat, a minute later at most, which tags people at the desk put on fans."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping

from triagebot.channels.wechat.api import WeChatApi
from triagebot.channels.wechat.api_errors import WeChatApiError
from triagebot.channels.wechat.following import push_tags
from triagebot.repeating import Repeating
from triagebot.store.database import Database

log = logging.getLogger(__name__)

PUSH_SECONDS = 60.0


class TagSync(Repeating):
    """Pushes the pending changes of all accounts; one account's trouble is not the others'."""

    def __init__(self, db: Database, apis: Callable[[], Mapping[str, WeChatApi]]) -> None:
        self._db = db
        self._apis = apis
        super().__init__((self.push, PUSH_SECONDS))

    async def push(self) -> None:
        """Push what is pending now."""
        for channel, api in self._apis().items():
            try:
                await push_tags(api, self._db, channel)
            except WeChatApiError as error:
                log.warning("tags of %s wait: %s", channel, error.code)
