"""Sends customer-service messages: in order for each fan, and honest about how it ended."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime

from triagebot.channels.wechat.api import PAUSE, Sleep, WeChatApi
from triagebot.channels.wechat.api_errors import (
    Ambiguous,
    InvalidFan,
    MessagesUsed,
    NotEntitled,
    Overloaded,
    QuotaUsed,
    TooLong,
    WeChatApiError,
    WindowClosed,
)
from triagebot.channels.wechat.kefu_messages import Message, messages_of, texts
from triagebot.channels.wechat.sent import SendState, Sent, refused_by, state_of
from triagebot.channels.wechat.text_split import LIMIT
from triagebot.channels.wechat.window import Ledger
from triagebot.domain.message import Reply

log = logging.getLogger(__name__)

SEND = "/cgi-bin/message/custom/send"
TYPING = "/cgi-bin/message/custom/typing"


class Kefu:
    """The customer-service messages of one account.

    What the ledger knows to be refused is not sent. With `resend_ambiguous` a message whose fate
    is unknown is sent once more, and may come twice. `passive_only` turns true by itself when
    WeChat says the account may not send, and `quiet_until` is set when its calls are used up.
    """

    def __init__(
        self,
        api: WeChatApi,
        ledger: Ledger,
        *,
        passive_only: bool = False,
        resend_ambiguous: bool = False,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self.passive_only = passive_only
        self.quiet_until: datetime | None = None
        self._quiet_code = 0
        self._api = api
        self._ledger = ledger
        self._resend_ambiguous = resend_ambiguous
        self._sleep = sleep
        self._locks: dict[str, asyncio.Lock] = {}
        self._waiting: Counter[str] = Counter()

    async def send_text(
        self, fan: str, content: str, *, kf_account: str = "", from_ai: bool = False
    ) -> Sent:
        """Send a text of any length, in several messages if need be."""
        return await self.send(fan, texts(content), kf_account=kf_account, from_ai=from_ai)

    async def send_reply(
        self, fan: str, reply: Reply, *, as_menu: bool = False, from_ai: bool = False
    ) -> Sent:
        """Send a reply that could not go out inside the fan's own request."""
        return await self.send(fan, messages_of(reply, as_menu=as_menu), from_ai=from_ai)

    async def send(
        self,
        fan: str,
        messages: Sequence[Message],
        *,
        kf_account: str = "",
        from_ai: bool = False,
    ) -> Sent:
        """Send messages one after the other, each only when the one before was taken.

        `kf_account` shows that colleague's name and face; `from_ai` adds WeChat's grey line
        saying that an AI wrote this. Never raises for what WeChat may answer.
        """
        extras: Message = {}
        if kf_account:
            extras["customservice"] = {"kf_account": kf_account}
        if from_ai:
            extras["aimsgcontext"] = {"is_ai_msg": 1}
        if self.passive_only:
            return Sent(SendState.NOT_ENTITLED, left=tuple(messages))
        async with self._turn(fan):
            now = self._ledger.clock()
            if self.quiet_until and now < self.quiet_until:
                left = tuple(messages)
                return Sent(SendState.QUOTA_USED, left=left, errcode=self._quiet_code)
            refusal = refused_by(await self._ledger.window(fan), now, messages)
            return refusal or await self._send_all(fan, list(messages), extras)

    async def typing(self, fan: str, on: bool = True) -> bool:
        """Show, or stop showing, that somebody is typing; says whether WeChat did."""
        command = "Typing" if on else "CancelTyping"
        try:
            await self._api.post(TYPING, {"touser": fan, "command": command}, repeatable=True)
        except WeChatApiError:
            return False  # not worth anybody's attention
        return True

    async def _send_all(self, fan: str, messages: list[Message], extras: Message) -> Sent:
        count = 0
        while messages:
            try:
                await self._send_one({"touser": fan, **messages[0], **extras})
            except TooLong as error:
                parts = _shorter(messages[0])
                if not parts:
                    return await self._ended(fan, error, count, messages)
                messages[:1] = parts
                continue
            except WeChatApiError as error:
                return await self._ended(fan, error, count, messages)
            await self._ledger.spend(fan)
            del messages[0]
            count += 1
        return Sent(SendState.DELIVERED if count else SendState.EMPTY, sent=count)

    async def _send_one(self, message: Message) -> None:
        try:
            await self._api.post(SEND, message)
        except (Ambiguous, Overloaded):
            if not self._resend_ambiguous:
                raise
            await self._sleep(PAUSE)
            await self._api.post(SEND, message)

    async def _ended(
        self, fan: str, error: WeChatApiError, count: int, messages: Sequence[Message]
    ) -> Sent:
        left = tuple(messages)
        sent = Sent(state_of(error), sent=count, left=left, errcode=error.errcode, rid=error.rid)
        if isinstance(error, WindowClosed | InvalidFan):
            await self._ledger.close(fan)
        elif isinstance(error, MessagesUsed):
            await self._ledger.use_up(fan)
        elif isinstance(error, Ambiguous | Overloaded):
            await self._ledger.spend(fan)  # perhaps it was; better one too few
        elif isinstance(error, NotEntitled):
            self.passive_only = True
            log.critical("ALARM: the account may not send messages any more: %s", error.message)
        elif isinstance(error, QuotaUsed):
            self._be_quiet(sent)
        return sent

    def _be_quiet(self, sent: Sent) -> None:
        """Send nothing until it has a chance; who clears the quota is a person, never we."""
        self.quiet_until = sent.repeat_at(self._ledger.clock())
        self._quiet_code = sent.errcode
        log.critical("ALARM: the account's calls are used up: %s", sent.words("en"))

    @asynccontextmanager
    async def _turn(self, fan: str) -> AsyncIterator[None]:
        """Wait for this fan's earlier messages; forget the lock with the last who waits."""
        lock = self._locks.setdefault(fan, asyncio.Lock())
        self._waiting[fan] += 1
        try:
            async with lock:
                yield
        finally:
            self._waiting[fan] -= 1
            if not self._waiting[fan]:
                del self._waiting[fan], self._locks[fan]


def _shorter(message: Message) -> list[Message]:
    if message.get("msgtype") != "text":
        return []
    parts = texts(str(message["text"]["content"]), LIMIT // 2)
    return parts if len(parts) > 1 else []
