"""The two routes of an official account: WeChat verifies our URL, and sends us messages."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from datetime import datetime

from aiohttp import ClientPayloadError, web

from triagebot.channels.wechat.account import Account
from triagebot.channels.wechat.answering import Answering, Intake, Late, Outcome
from triagebot.channels.wechat.callback import ACKNOWLEDGED, Delivery, Door
from triagebot.channels.wechat.crypto import WeChatCryptoError
from triagebot.channels.wechat.parse import may_answer
from triagebot.channels.wechat.render import fits, render
from triagebot.channels.wechat.xml import MAX_BYTES, WeChatParseError
from triagebot.errors import Busy

log = logging.getLogger(__name__)

ANSWER_WITHIN = 4.0
"""Seconds from the head of a request until `success` goes out instead of a reply; WeChat hangs
up at 5."""

_LAST_MOMENT = 0.5
_REFUSED = "forbidden"
_BODY_SHARE = 0.75


class WeChatCallback:
    """Serves `/wechat/{account}` for any number of accounts.

    `late` gets the outcome of a message whose reply could not go out inside WeChat's request.
    `within` is how long, in seconds, a reply is waited for. When the intake has not recorded a
    message by then, `success` goes out all the same, so that the fan sees no fault. With
    `acknowledge_unstored` off WeChat gets 503 half a second later instead and repeats the
    message: then a 200 always means that the message is on disk.
    """

    def __init__(
        self,
        accounts: Mapping[str, Account],
        intake: Intake,
        clock: Callable[[], datetime],
        late: Late | None = None,
        *,
        within: float = ANSWER_WITHIN,
        acknowledge_unstored: bool = True,
    ) -> None:
        self._doors = {name: Door(account, clock) for name, account in accounts.items()}
        self._answering = Answering(intake, late)
        self._clock = clock
        self._has_late = late is not None
        self._within = within
        self._acknowledge_unstored = acknowledge_unstored

    def add_to(self, app: web.Application) -> None:
        """Add the routes, and the waiting for unfinished work when the server goes down."""
        # Without HEAD: a link checker is not WeChat.
        app.router.add_get("/wechat/{account}", self.verify, allow_head=False)
        app.router.add_post("/wechat/{account}", self.receive)
        app.on_shutdown.append(self._drain)

    async def verify(self, request: web.Request) -> web.Response:
        """Answer WeChat's question whether the URL is ours: 200 with the echo, or 403."""
        try:
            door = self._door(request)
            return _plain(door.echo(_query(request)))
        except (WeChatCryptoError, WeChatParseError) as error:
            return self._refuse(request, error.reason)

    async def receive(self, request: web.Request) -> web.Response:
        """Take one message and answer it: 200 with a reply or `success`, or 403.

        503 says that nothing was stored, so that WeChat sends it again.
        """
        started = asyncio.get_running_loop().time()
        try:
            door = self._door(request)
            query = _query(request)
            door.check_query(query)
            delivery = door.open(query, await _body(request, self._within * _BODY_SHARE))
        except (WeChatCryptoError, WeChatParseError) as error:
            return self._refuse(request, error.reason)
        return await self._answer(door.account, delivery, started)

    def _door(self, request: web.Request) -> Door:
        door = self._doors.get(request.match_info["account"])
        if door is None:
            raise WeChatCryptoError("unknown account")
        door.check_address(request.remote)
        return door

    async def _answer(self, account: Account, delivery: Delivery, started: float) -> web.Response:
        try:
            xml = await self._xml(account, delivery, started)
            return self._respond(delivery, xml)
        except Busy:
            log.error("a message in %s was not stored, WeChat is to repeat it", account.channel)
            return _plain("busy", status=503)
        except TimeoutError:
            log.error("a message in %s was not decided on in time", account.channel)
            return _plain(ACKNOWLEDGED) if self._acknowledge_unstored else _plain("busy", 503)
        except Exception:
            # Anything but 200 means two more deliveries into the same fault, then an error
            # notice for the fan.
            log.critical("ALARM: a message in %s failed", account.channel, exc_info=True)
            return _plain(ACKNOWLEDGED)

    async def _xml(self, account: Account, delivery: Delivery, started: float) -> str:
        limit = self._within + (0.0 if self._acknowledge_unstored else _LAST_MOMENT)
        answerable = may_answer(delivery.inbound)
        outcome = await self._answering.answer(
            delivery.inbound,
            seconds=limit - (asyncio.get_running_loop().time() - started),
            may_be_late=answerable and self._acknowledge_unstored and not account.passive_only,
        )
        return self._reply(account, delivery, outcome) if outcome and answerable else ""

    def _reply(self, account: Account, delivery: Delivery, outcome: Outcome) -> str:
        if self._has_late and not account.passive_only and not fits(outcome.reply):
            self._answering.deliver_late(outcome)
            return ""
        return render(outcome.reply, delivery.inbound)

    def _respond(self, delivery: Delivery, xml: str) -> web.Response:
        if not xml:
            return _plain(ACKNOWLEDGED)
        body = delivery.close(xml, self._clock())
        return web.Response(text=body, content_type="application/xml", charset="utf-8")

    def _refuse(self, request: web.Request, reason: str) -> web.Response:
        # Of the URL only a name that is ours: with the query, whoever reads the log could write
        # as any fan.
        account = request.match_info["account"]
        log.warning("refused: %s (%s)", reason, account if account in self._doors else "?")
        response = _plain(_REFUSED, status=403)
        response.force_close()
        return response

    async def _drain(self, app: web.Application) -> None:
        await self._answering.drain()


def _query(request: web.Request) -> Mapping[str, str]:
    query = request.query
    if len(set(query)) != len(query):
        raise WeChatCryptoError("repeated parameter")
    return query


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


def _plain(text: str, status: int = 200) -> web.Response:
    return web.Response(text=text, status=status, content_type="text/plain", charset="utf-8")
