"""Fans write in a browser and wait there for what comes back."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Protocol

from aiohttp import web

from triagebot.channels.webchat.news import News
from triagebot.channels.webchat.receipts import mark_read
from triagebot.channels.webchat.shapes import Choice, Heard, Items, Poll, ReplyShape, Said, Tap
from triagebot.channels.webchat.talk import (
    CHANNEL,
    Cursor,
    conversation_of,
    parse_cursor,
    read,
)
from triagebot.channels.webchat.visitor import visitor_of
from triagebot.domain.decision import Decision
from triagebot.domain.message import Inbound, Kind, Reply
from triagebot.errors import BadInput, Conflict
from triagebot.store import ratings
from triagebot.store.database import Database
from triagebot.web.endpoint import Call, Endpoint, respond
from triagebot.web.throttle import Throttle

PATH = "/api/v1/chat"
MESSAGES_A_MINUTE = 30
LOOK_AGAIN = 5.0
"""Seconds after which a waiting page is looked up anew, for what another node has heard."""


class Outcome(Protocol):
    """What became of a message."""

    @property
    def message_id(self) -> int:
        """The number of the message."""

    @property
    def decision(self) -> Decision:
        """What was decided, and why."""

    @property
    def reply(self) -> Reply:
        """What the fan gets back."""


class Intake(Protocol):
    """Whoever records messages and decides on them."""

    def accept(self, inbound: Inbound) -> Awaitable[Outcome]:
        """Record the message and decide; once there is an outcome, the message is safe."""


class WebChatApi:
    """Owns `/api/v1/chat`. `secure` says that browsers reach us by https."""

    def __init__(
        self,
        db: Database,
        intake: Intake,
        news: News,
        clock: Callable[[], datetime],
        *,
        secure: bool = False,
        messages_a_minute: int = MESSAGES_A_MINUTE,
    ) -> None:
        self._db = db
        self._intake = intake
        self._news = news
        self._clock = clock
        self._secure = secure
        self._rate = Throttle(clock, limit=messages_a_minute, window=timedelta(minutes=1))

    def endpoints(self) -> list[Endpoint]:
        """Return the endpoints."""
        tag = "chat"
        return [
            Endpoint("POST", PATH, "Say something as a fan", self.say, Said, result=Heard,
                     role=None, tag=tag),
            Endpoint("GET", f"{PATH}/messages", "What is new; waits for it if asked to",
                     self.poll, query=Poll, result=Items, role=None, tag=tag),
            Endpoint("POST", f"{PATH}/rating", "Say how a talk with a person was", self.rate, Tap,
                     role=None, status=204, tag=tag),
        ]  # fmt: skip

    async def say(self, call: Call) -> web.StreamResponse:
        """Record a message and answer with the bot's reply. Raises `TooMany`, `Busy`."""
        visitor = visitor_of(call.request)
        if not call.body.text.strip():
            raise BadInput("text: is blank", fields={"text": "is blank"})
        self._rate.admit(visitor.fan)
        outcome = await self._intake.accept(self._inbound(call.body, visitor.fan))
        self._news.wake(visitor.fan)
        options = [Choice(option.id, option.title) for option in outcome.reply.options]
        response = respond(
            Heard(
                str(outcome.message_id),
                outcome.decision.action.value,
                ReplyShape(outcome.reply.text, options),
            )
        )
        visitor.greet(response, self._secure)
        return response

    async def poll(self, call: Call) -> web.StreamResponse:
        """Return what came after the cursor, at once or when something comes."""
        visitor = visitor_of(call.request)
        after = parse_cursor(call.query.after)
        response = respond(await self._wait(visitor.fan, after, call.query))
        visitor.greet(response, self._secure)
        return response

    async def rate(self, call: Call) -> None:
        """Store what the fan thinks of an ended talk. Raises `Conflict` when there is none."""
        fan = visitor_of(call.request).fan
        self._rate.admit(fan)
        number = await conversation_of(self._db, fan)
        if number is None:
            raise Conflict("There is no ended talk to rate.", fields={"score": "nothing"})
        await self._db.write(ratings.add, number, call.body.score, self._clock())

    def _inbound(self, said: Said, fan: str) -> Inbound:
        key = said.id or secrets.token_hex(16)
        detail = {"option": said.option} if said.option else {}
        return Inbound(CHANNEL, fan, key, Kind.TEXT, said.text, self._clock(), detail=detail)

    async def _wait(self, fan: str, after: Cursor, poll: Poll) -> Items:
        deadline = asyncio.get_running_loop().time() + poll.wait
        acknowledged = False
        while True:
            conversation_id = await conversation_of(self._db, fan)
            if conversation_id and after.outbound and not acknowledged:
                await mark_read(self._db, conversation_id, after.outbound)
                acknowledged = True
            keys = (fan,) if conversation_id is None else (fan, conversation_id)
            async with self._news.listening(*keys) as event:
                # Read after listening has begun, so that nothing falls between.
                items = await self._read(conversation_id, after)
                left = deadline - asyncio.get_running_loop().time()
                is_new = bool(items.items) or poll.asks not in (None, items.rate)
                if is_new or left <= 0 or event.is_set():
                    return items
                with suppress(TimeoutError):
                    async with asyncio.timeout(min(left, LOOK_AGAIN)):
                        await event.wait()

    async def _read(self, conversation_id: int | None, after: Cursor) -> Items:
        if conversation_id is None:
            return Items([], str(after), None)
        return await read(self._db, conversation_id, after)
