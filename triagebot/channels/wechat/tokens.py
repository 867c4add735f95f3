"""Keeps one access token: fetched once for all who wait, renewed in time, never for ever."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Protocol

from triagebot.channels.wechat.api_errors import (
    Ambiguous,
    Misconfigured,
    QuotaUsed,
    TokenRefused,
    WeChatApiError,
)
from triagebot.channels.wechat.transport import Json, Transport
from triagebot.store.platform_tokens import KeptToken

log = logging.getLogger(__name__)

PATH = "/cgi-bin/stable_token"

_EARLY = 300.0
_SPREAD = 60.0
_PAUSE = timedelta(seconds=30)
_LOOK_AGAIN = 0.2
_LOOKS = 50


class Shelf(Protocol):
    """Where processes leave the token for each other."""

    async def get(self) -> KeptToken | None:
        """Return the token that lies here, None when there is none."""

    async def lease(self) -> bool:
        """Return whether we are the ones to fetch; everybody else waits a moment."""

    async def put(self, kept: KeptToken) -> None:
        """Leave a token for the others."""

    async def drop(self, refused: str) -> None:
        """Take a token away that WeChat refuses, but no newer one."""

    async def let_go(self) -> None:
        """Let another fetch."""


class Tokens:
    """The token of one account.

    Uses `stable_token`: however many nodes ask, all get the same token and none kills another's.
    With a `shelf` one process fetches and the others take what it leaves there. `spread` gives
    0..1 and keeps nodes from renewing in the same second.
    """

    def __init__(
        self,
        transport: Transport,
        appid: str,
        secret: str,
        clock: Callable[[], datetime],
        *,
        shelf: Shelf | None = None,
        spread: Callable[[], float] = random.random,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._transport = transport
        self._body: Json = {
            "grant_type": "client_credential",
            "appid": appid,
            "secret": secret,
            "force_refresh": False,
        }
        self._clock = clock
        self._shelf = shelf
        self._spread = spread
        self._sleep = sleep
        self._lock = asyncio.Lock()
        self._kept: KeptToken | None = None
        self._failure: tuple[datetime, WeChatApiError] | None = None

    async def get(self) -> str:
        """Return a token that is good for some minutes.

        Raises Misconfigured when the owner must act; that is remembered for half a minute.
        """
        if kept := self._fresh(self._kept):
            return kept.token
        async with self._lock:
            if kept := self._fresh(self._kept):  # somebody fetched while we waited
                return kept.token
            try:
                return await self._renew()
            except WeChatApiError:
                if self._kept is None or self._clock() >= self._kept.expires_at:
                    raise
                log.warning("the access token was not renewed, the old one is still good")
                return self._kept.token

    async def replace(self, refused: str) -> str:
        """Return another token than `refused`, which the API did not take.

        Only that one is forgotten: if somebody has a newer one already, it is returned. Raises
        TokenRefused when WeChat gives the same token again.
        """
        async with self._lock:
            if self._kept and self._kept.token != refused:
                return self._kept.token
            self._kept = None
            if self._shelf:
                await self._shelf.drop(refused)
            token = await self._renew()
            if token != refused:
                return token
            self._kept = None
            if self._shelf:
                await self._shelf.drop(refused)
            error = TokenRefused("WeChat gives a token that it then refuses", errcode=40001)
            self._failure = (self._clock() + _PAUSE, error)
            raise error

    def _fresh(self, kept: KeptToken | None) -> KeptToken | None:
        return kept if kept and self._clock() < kept.renew_at else None

    async def _renew(self) -> str:
        """Return the token that another process has left, or else fetch one and leave it."""
        if self._shelf is None:
            self._kept = await self._fetch()
            return self._kept.token
        is_mine = False
        for _ in range(_LOOKS):
            if kept := self._fresh(await self._shelf.get()):
                self._kept = kept
                return kept.token
            if is_mine:  # looked once more: it may have been left just before
                break
            is_mine = await self._shelf.lease()
            if not is_mine:
                await self._sleep(_LOOK_AGAIN)
        try:
            self._kept = await self._fetch()
        except WeChatApiError:
            await self._shelf.let_go()
            raise
        await self._shelf.put(self._kept)
        return self._kept.token

    async def _fetch(self) -> KeptToken:
        if self._failure and self._clock() < self._failure[0]:
            raise self._failure[1]
        self._failure = None
        try:
            answer = (await self._transport.send("POST", PATH, body=self._body)).json()
        except (Misconfigured, QuotaUsed) as error:
            self._failure = (self._clock() + _PAUSE, error)
            raise
        except TokenRefused as error:  # what WeChat calls a wrong secret, too
            failure = Misconfigured(error.message, errcode=error.errcode, rid=error.rid)
            self._failure = (self._clock() + _PAUSE, failure)
            raise failure from None
        return self._read(answer)

    def _read(self, answer: Json) -> KeptToken:
        token, seconds = answer.get("access_token"), answer.get("expires_in")
        if not isinstance(token, str) or not token or not isinstance(seconds, int):
            raise Ambiguous("WeChat's answer holds no token")
        now = self._clock()
        # A token near its end is not asked for again at every call.
        wait = max(seconds - _EARLY - _SPREAD * self._spread(), min(seconds / 2, _SPREAD))
        return KeptToken(token, now + timedelta(seconds=wait), now + timedelta(seconds=seconds))
