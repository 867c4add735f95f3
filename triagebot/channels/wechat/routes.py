"""The two routes of an official account in the web application.

A front may answer the same requests before they come here; both ask the one reception.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime

from aiohttp import ClientPayloadError, web

from triagebot.channels.wechat.account import Account
from triagebot.channels.wechat.answering import Intake, Ways
from triagebot.channels.wechat.reception import ANSWER_WITHIN, LAST_MOMENT, PREFIX, Reception
from triagebot.channels.wechat.replies import IntakeReplies
from triagebot.channels.wechat.xml import MAX_BYTES, WeChatParseError
from triagebot.web.front import Asked, Told, told

_BODY_SHARE = 0.75


class WeChatCallback:
    """Serves `/wechat/{account}` for any number of accounts.

    `ways` decides whether a reply goes out inside WeChat's request; without it all do. `within`
    is how long, in seconds, a reply is waited for. When the intake has not recorded a message by
    then, `success` goes out all the same, so that the fan sees no fault. With
    `acknowledge_unstored` off WeChat gets 503 half a second later instead and repeats the
    message: then a 200 always means that the message is on disk.
    """

    def __init__(
        self,
        accounts: Mapping[str, Account],
        intake: Intake,
        clock: Callable[[], datetime],
        ways: Ways | None = None,
        *,
        within: float = ANSWER_WITHIN,
        acknowledge_unstored: bool = True,
    ) -> None:
        self._within = within
        self.replies = IntakeReplies(intake, ways, acknowledge_unstored=acknowledge_unstored)
        self.reception = Reception(
            accounts,
            self.replies,
            clock,
            within=within + (0.0 if acknowledge_unstored else LAST_MOMENT),
            acknowledge_unstored=acknowledge_unstored,
        )

    def add_to(self, app: web.Application) -> None:
        """Add the routes, and the waiting for unfinished work when the server goes down."""
        # Without HEAD: a link checker is not WeChat.
        app.router.add_get("/wechat/{account}", self.handle, allow_head=False)
        app.router.add_post("/wechat/{account}", self.handle)
        app.on_shutdown.append(self._drain)

    async def handle(self, request: web.Request) -> web.Response:
        """Answer WeChat's question whether the URL is ours, or take one message."""
        asked = Asked(
            request.method,
            PREFIX + request.match_info["account"],
            _query(request),
            request.remote,
            asyncio.get_running_loop().time(),
        )
        refusal = self.reception.admit(asked)
        if refusal is not None:
            return _response(refusal)
        if request.method == "POST":
            try:
                asked.body = await _body(request, self._within * _BODY_SHARE)
            except WeChatParseError as error:
                return _response(self.reception.refuse(asked, error.reason))
        return _response(await told(self.reception, asked))

    async def _drain(self, app: web.Application) -> None:
        await self.replies.drain()


def _query(request: web.Request) -> Mapping[str, str] | None:
    query = request.query
    return query if len(set(query)) == len(query) else None


async def _body(request: web.Request, seconds: float) -> bytes:
    if (request.content_length or 0) > MAX_BYTES:
        raise WeChatParseError("too large")
    body = bytearray()
    try:
        async with asyncio.timeout(seconds):
            async for chunk in request.content.iter_any():
                body += chunk
                if len(body) > MAX_BYTES:
                    raise WeChatParseError("too large")
    except TimeoutError:
        raise WeChatParseError("slow body") from None
    except (ClientPayloadError, web.RequestPayloadError, web.HTTPException):
        raise WeChatParseError("broken body") from None
    return bytes(body)


def _response(answer: Told) -> web.Response:
    response = web.Response(
        body=answer.text.encode(), status=answer.status, headers={"Content-Type": answer.kind}
    )
    if answer.close:
        response.force_close()
    return response
