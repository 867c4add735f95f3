"""The accounts' way to Tencent's API, beside the sending of messages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

import aiohttp

from triagebot.channels.wechat.account import Account
from triagebot.channels.wechat.api import WeChatApi
from triagebot.channels.wechat.token_shelf import TokenShelf
from triagebot.channels.wechat.tokens import Tokens
from triagebot.channels.wechat.transport import BASE_URL, Transport
from triagebot.store.database import Database

Clock = Callable[[], datetime]


def api_of(
    account: Account,
    session: aiohttp.ClientSession,
    clock: Clock,
    url: str = "",
    db: Database | None = None,
) -> WeChatApi:
    """Return the API of an account; `url` is WeChat's address where it is not the usual one.

    With a `db` all who use the account share one access token, in this process and in others.
    """
    transport = Transport(session, url or BASE_URL)
    shelf = TokenShelf(db, account.appid, clock) if db else None
    tokens = Tokens(transport, account.appid, account.secret, clock, shelf=shelf)
    return WeChatApi(transport, tokens)


class Connections:
    """The API of every account that has an AppSecret, by channel, while the server runs."""

    def __init__(
        self,
        accounts: Mapping[str, Account],
        urls: Mapping[str, str],
        db: Database,
        clock: Clock,
    ) -> None:
        self._accounts = [account for account in accounts.values() if account.secret]
        self._urls = dict(urls)
        self._db = db
        self._clock = clock
        self._session: aiohttp.ClientSession | None = None
        self._apis: dict[str, WeChatApi] = {}

    def __call__(self) -> Mapping[str, WeChatApi]:
        """Return the APIs; none before the start."""
        return self._apis

    async def start(self) -> None:
        """Open the connections; nothing is called before somebody wants something."""
        if not self._accounts:
            return
        self._session = aiohttp.ClientSession()
        for account in self._accounts:
            url = self._urls.get(account.name, "")
            api = api_of(account, self._session, self._clock, url, self._db)
            self._apis[account.channel] = api

    async def close(self) -> None:
        """Close them."""
        self._apis.clear()
        if self._session:
            await self._session.close()
