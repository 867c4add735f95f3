"""Walks an owner through connecting an account, and names each mistake in words."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable
from datetime import datetime
from email.utils import parsedate_to_datetime

import aiohttp
from yarl import URL

from triagebot.channels.wechat.account import Account, Mode
from triagebot.channels.wechat.api import WeChatApi
from triagebot.channels.wechat.api_errors import NotEntitled, WeChatApiError
from triagebot.channels.wechat.api_words import meaning
from triagebot.channels.wechat.check_words import Finding, Level, finding
from triagebot.channels.wechat.crypto import sign
from triagebot.channels.wechat.kefu import SEND
from triagebot.channels.wechat.platform import callback_addresses, not_let_in, quota

log = logging.getLogger(__name__)

MAX_SKEW = 60.0
_TIMEOUT = aiohttp.ClientTimeout(total=5)


class Check:
    """The steps for one account, in the order in which an owner can put them right.

    `url` is the address typed into WeChat's console, "" to leave that step out.
    """

    def __init__(
        self,
        account: Account,
        api: WeChatApi,
        session: aiohttp.ClientSession,
        clock: Callable[[], datetime],
        url: str = "",
    ) -> None:
        self._account = account
        self._api = api
        self._session = session
        self._clock = clock
        self._url = url

    async def run(self) -> list[Finding]:
        """Return what was found, step by step. Never raises for what WeChat may answer."""
        findings = self._settings()
        findings += await self._callback()
        if not self._account.secret:
            return [*findings, finding("no_secret", Level.WARNING)]
        try:
            addresses = await callback_addresses(self._api)
        except WeChatApiError as error:
            return [*findings, _refused("token", error)]
        findings.append(finding("token", Level.OK))
        missing = not_let_in(addresses, self._account.allow_ips)
        if self._account.allow_ips and missing:
            findings.append(finding("allow_ips", Level.ERROR, detail=", ".join(missing)))
        return [*findings, await self._sending()]

    def _settings(self) -> list[Finding]:
        findings = [finding("settings", Level.OK)]
        if self._account.mode == Mode.PLAIN:
            findings.append(finding("plain_mode", Level.WARNING))
        if not self._account.original_id:
            findings.append(finding("no_original_id", Level.WARNING))
        elif not self._account.original_id.startswith("gh_"):
            findings.append(finding("original_id", Level.ERROR))
        if max(len(self._account.tokens), len(self._account.aes_keys)) > 1:
            findings.append(finding("rotating", Level.WARNING))
        return findings

    async def _callback(self) -> list[Finding]:
        """Ask our own address as WeChat does when the owner presses the button."""
        if not self._url:
            return [finding("no_url", Level.SKIPPED)]
        try:
            url = URL(self._url)
            usual = (url.scheme, url.port) in (("http", 80), ("https", 443))
        except ValueError:
            return [finding("url_port", Level.ERROR)]
        findings = [] if usual and url.host else [finding("url_port", Level.ERROR)]
        if url.path != f"/wechat/{self._account.name}":
            findings.append(finding("url_path", Level.WARNING, detail=self._account.name))
        return [*findings, *await self._ask(url)]

    async def _ask(self, url: URL) -> list[Finding]:
        echo, nonce = secrets.token_hex(8), secrets.token_hex(5)
        stamp = str(int(self._clock().timestamp()))
        signature = sign(self._account.tokens[0], stamp, nonce)
        query = {"signature": signature, "timestamp": stamp, "nonce": nonce, "echostr": echo}
        try:
            async with self._session.get(
                url, params=query, allow_redirects=False, timeout=_TIMEOUT
            ) as response:
                text = (await response.content.read(1024)).decode("utf-8", "replace")
                skew = self._skew(response.headers.get("Date", ""))
                level, name = _judged(response.status, text, echo)
        except (aiohttp.ClientError, TimeoutError, OSError):
            return [finding("callback_unreachable", Level.ERROR)]
        found = [finding(name, level, detail=str(response.status))]
        if abs(skew) > MAX_SKEW:
            found.append(finding("clock", Level.ERROR, detail=f"{skew:.0f}"))
        return found

    def _skew(self, date: str) -> float:
        try:
            return (self._clock() - parsedate_to_datetime(date)).total_seconds()
        except (ValueError, TypeError):
            return 0.0

    async def _sending(self) -> Finding:
        """Say whether the account may write to fans, and how often today."""
        try:
            calls = await quota(self._api, SEND)
        except NotEntitled as error:
            if self._account.passive_only:
                return finding("passive_only", Level.OK)
            return _refused("sending", error)
        except WeChatApiError as error:
            return _refused("sending", error)
        if calls.limit <= 0:
            right = self._account.passive_only
            return finding("passive_only" if right else "no_sending",
                           Level.OK if right else Level.ERROR)  # fmt: skip
        return finding("sending", Level.OK, detail=f"{calls.left}/{calls.limit}")


def _judged(status: int, text: str, echo: str) -> tuple[Level, str]:
    if status == 200 and text == echo:
        return Level.OK, "callback"
    if status == 200 and echo in text:
        return Level.ERROR, "callback_altered"
    if status == 403:
        return Level.ERROR, "callback_token"
    if 300 <= status < 400:
        return Level.ERROR, "callback_redirect"
    return Level.ERROR, "callback_other"


def _refused(step: str, error: WeChatApiError) -> Finding:
    words = meaning(error.errcode, error.address) if error.errcode else None
    if words is None:
        return finding("api_unreachable", Level.ERROR)
    return Finding(step, Level.ERROR, words["zh"], words["en"])
