"""Keeps one access token: fetched once for all who wait, renewed in time, never for ever."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Callable
from datetime import datetime, timedelta

from triagebot.channels.wechat.api_errors import (
    Ambiguous,
    Misconfigured,
    QuotaUsed,
    TokenRefused,
    WeChatApiError,
)
from triagebot.channels.wechat.transport import Json, Transport

log = logging.getLogger(__name__)

PATH = "/cgi-bin/stable_token"

_EARLY = 300.0
_SPREAD = 60.0
_PAUSE = timedelta(seconds=30)


class Tokens:
    """The token of one account.

    Uses `stable_token`: however many nodes ask, all get the same token and none kills another's.
    `spread` gives 0..1 and keeps nodes from renewing in the same second.
    """

    def __init__(
        self,
        transport: Transport,
        appid: str,
        secret: str,
        clock: Callable[[], datetime],
        *,
        spread: Callable[[], float] = random.random,
    ) -> None:
        self._transport = transport
        self._body: Json = {
            "grant_type": "client_credential",
            "appid": appid,
            "secret": secret,
            "force_refresh": False,
        }
        self._clock = clock
        self._spread = spread
        self._lock = asyncio.Lock()
        self._token = ""
        self._renew_at: datetime | None = None
        self._expires_at: datetime | None = None
        self._failure: tuple[datetime, WeChatApiError] | None = None

    async def get(self) -> str:
        """Return a token that is good for some minutes.

        Raises Misconfigured when the owner must act; that is remembered for half a minute.
        """
        if self._is_fresh():
            return self._token
        async with self._lock:
            if self._is_fresh():  # somebody fetched while we waited
                return self._token
            try:
                await self._fetch()
            except WeChatApiError:
                if not self._is_good():
                    raise
                log.warning("the access token was not renewed, the old one is still good")
            return self._token

    async def replace(self, refused: str) -> str:
        """Return another token than `refused`, which the API did not take.

        Only that one is forgotten: if somebody has a newer one already, it is returned. Raises
        TokenRefused when WeChat gives the same token again.
        """
        async with self._lock:
            if self._token and self._token != refused:
                return self._token
            self._token = ""
            await self._fetch()
            if self._token != refused:
                return self._token
            self._token = ""
            error = TokenRefused("WeChat gives a token that it then refuses", errcode=40001)
            self._failure = (self._clock() + _PAUSE, error)
            raise error

    def _is_fresh(self) -> bool:
        return bool(self._token and self._renew_at and self._clock() < self._renew_at)

    def _is_good(self) -> bool:
        return bool(self._token and self._expires_at and self._clock() < self._expires_at)

    async def _fetch(self) -> None:
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
        self._store(answer)

    def _store(self, answer: Json) -> None:
        token, seconds = answer.get("access_token"), answer.get("expires_in")
        if not isinstance(token, str) or not token or not isinstance(seconds, int):
            raise Ambiguous("WeChat's answer holds no token")
        now = self._clock()
        # A token near its end is not asked for again at every call.
        wait = max(seconds - _EARLY - _SPREAD * self._spread(), min(seconds / 2, _SPREAD))
        self._token = token
        self._renew_at = now + timedelta(seconds=wait)
        self._expires_at = now + timedelta(seconds=seconds)
