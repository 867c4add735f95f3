"""What the settings say of official accounts and of the door, in the words of those who use it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from triagebot.channels.wechat.account import Account, Mode
from triagebot.domain.agent import SecondFactorRule
from triagebot.errors import BadInput
from triagebot.settings import Settings, read_secret

if TYPE_CHECKING:
    from triagebot.web.auth import Door


def door(settings: Settings) -> Door:
    """Return which pages may call us, those of the public address, and who brings a code."""
    from triagebot.web.auth import Door  # workers, which read accounts too, let nobody in

    base, rule = settings.server.base_url, SecondFactorRule(settings.desk.second_factor)
    if not base:
        return Door(second_factor=rule)
    parts = urlsplit(base)
    ours = (f"{parts.scheme}://{parts.netloc}",)
    return Door(secure=parts.scheme == "https", origins=ours, second_factor=rule)


def api_urls(settings: Settings) -> dict[str, str]:
    """Return the address of WeChat's API by account."""
    return {name: account.api_url for name, account in settings.wechat.items()}


def accounts(settings: Settings) -> dict[str, Account]:
    """Return the official accounts by name, with their secrets read."""
    return {name: account_of(settings, name) for name in settings.wechat}


def account_of(settings: Settings, name: str) -> Account:
    """Return one account. Raises `BadInput` for what WeChat's console would not accept."""
    account = settings.wechat[name]
    if account.mode not in tuple(Mode):
        raise BadInput("mode is plain, compatible or safe", fields={"mode": "unknown"})
    return Account(
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
        account.tap_menus,
        account.mark_ai,
        account.show_typing,
    )
