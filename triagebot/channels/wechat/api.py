"""Calls Tencent's API with a token, and tries a second time only where that can do no harm."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping

import aiohttp

from triagebot.channels.wechat.api_errors import (
    Ambiguous,
    Overloaded,
    TokenRefused,
    Unreachable,
)
from triagebot.channels.wechat.tokens import Tokens
from triagebot.channels.wechat.transport import Answer, Json, Transport

PAUSE = 1.0
"""Seconds before a second try."""

Sleep = Callable[[float], Awaitable[None]]


class WeChatApi:
    """The API of one account. `sleep` waits a number of seconds."""

    def __init__(
        self, transport: Transport, tokens: Tokens, *, sleep: Sleep = asyncio.sleep
    ) -> None:
        self._transport = transport
        self._tokens = tokens
        self._sleep = sleep

    async def get(self, path: str, **query: str) -> Json:
        """Return what WeChat answers to a GET. Raises WeChatApiError."""
        return (await self._tried("GET", path, query=query, repeatable=True)).json()

    async def post(self, path: str, body: Json, *, repeatable: bool = False) -> Json:
        """Return what WeChat answers to a POST of JSON. Raises WeChatApiError.

        With `repeatable` a second call must do no more than the first; otherwise an uncertain
        one is never repeated.
        """
        return (await self._tried("POST", path, body=body, repeatable=repeatable)).json()

    async def upload(self, path: str, form: Callable[[], aiohttp.FormData], **query: str) -> Json:
        """Return what WeChat answers to a form; `form` makes it, for each try anew."""
        return (await self._tried("POST", path, query=query, form=form)).json()

    async def download(self, path: str, **query: str) -> Answer:
        """Return the bytes of a file, or the JSON that WeChat gives instead of some.

        Raises WeChatApiError.
        """
        return await self._tried("GET", path, query=query, repeatable=True)

    async def _tried(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        body: Json | None = None,
        form: Callable[[], aiohttp.FormData] | None = None,
        repeatable: bool = False,
    ) -> Answer:
        async def call(token: str) -> Answer:
            answer = await self._transport.send(
                method,
                path,
                query={**(query or {}), "access_token": token},
                body=body,
                form=form() if form else None,
            )
            if answer.is_json:
                answer.json()  # raises Tencent's errors
            return answer

        try:
            return await self._with_token(call)
        except (Unreachable, Overloaded, Ambiguous) as error:
            if not (repeatable or isinstance(error, Unreachable)):
                raise
        await self._sleep(PAUSE)
        return await self._with_token(call)

    async def _with_token(self, call: Callable[[str], Awaitable[Answer]]) -> Answer:
        token = await _only_asked(self._tokens.get())
        try:
            return await call(token)
        except TokenRefused:
            # Once: a second refusal is for the caller, or an account's trouble becomes a storm.
            another = await _only_asked(self._tokens.replace(token))
        return await call(another)


async def _only_asked(token: Awaitable[str]) -> str:
    """Wait for a token; while there is none, what the caller wants has not been done."""
    try:
        return await token
    except (Ambiguous, Overloaded) as error:
        raise Unreachable(error.message, errcode=error.errcode, rid=error.rid) from None
