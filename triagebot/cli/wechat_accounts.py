"""Which official account a command is about, and its API for as long as the command runs."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from triagebot.cli.stores import now, with_database
from triagebot.errors import BadInput

if TYPE_CHECKING:
    from triagebot.channels.wechat.api import WeChatApi
    from triagebot.store.database import Database

T = TypeVar("T")

account_option = click.option(
    "--account", default="", show_default="the only one", help="NAME of [wechat.NAME]."
)


def chosen(settings: Any, name: str) -> str:
    """Return the account's name; without one, the only account's. Raises `BadInput`."""
    names = list(settings.wechat)
    if name in names:
        return name
    if not name and len(names) == 1:
        return str(names[0])
    listed = ", ".join(names) or "none; `triagebot wechat check` says how to begin"
    raise BadInput(f"which account? --account is one of: {listed}")


def call(settings: Any, name: str, work: Callable[[WeChatApi, str], Awaitable[T]]) -> T:
    """Return `await work(api, channel)` for an account."""
    from triagebot.app.accounts import account_of

    account = account_of(settings, chosen(settings, name))
    if not account.secret:
        raise BadInput(f"wechat.{account.name}.secret_file is not set: no call is possible")

    async def run() -> T:
        import aiohttp

        from triagebot.channels.wechat.connection import api_of

        async with aiohttp.ClientSession() as session:
            url = settings.wechat[account.name].api_url
            return await work(api_of(account, session, now, url), account.channel)

    return asyncio.run(run())


def call_with_database(
    settings: Any, name: str, work: Callable[[WeChatApi, Database, str], Awaitable[T]]
) -> T:
    """Return `await work(api, database, channel)` for an account."""

    async def open_it(api: WeChatApi, channel: str) -> T:
        return await with_database(settings, lambda db: work(api, db, channel))

    return call(settings, name, open_it)
