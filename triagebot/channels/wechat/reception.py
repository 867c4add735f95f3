"""Answers one request of WeChat's, whichever server carried it here."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from typing import Protocol

from triagebot.channels.wechat.account import Account
from triagebot.channels.wechat.callback import ACKNOWLEDGED, Delivery, Door
from triagebot.channels.wechat.crypto import WeChatCryptoError
from triagebot.channels.wechat.xml import WeChatParseError
from triagebot.domain.message import Inbound
from triagebot.errors import Busy
from triagebot.web.front import Asked, Tell, Told

log = logging.getLogger(__name__)

PREFIX = "/wechat/"
ANSWER_WITHIN = 4.0
"""Seconds from the head of a request until `success` goes out instead of a reply; WeChat hangs
up at 5."""

LAST_MOMENT = 0.5
XML = "application/xml; charset=utf-8"
REFUSED = Told("forbidden", 403, close=True)
BUSY = Told("busy", 503)
TELL_SECONDS = 1.0


class Replies(Protocol):
    """Whoever records messages and words the replies."""

    def reply(self, account: str, inbound: Inbound, seconds: float) -> asyncio.Future[str]:
        """Return the end of it: the XML that answers a message, "" when nothing is shown.

        It comes within `seconds`, or fails with `Busy` when nothing was stored, or TimeoutError.
        """


class Reception:
    """Proves that requests are WeChat's, gets their replies, and closes them the same way.

    `within` is for how long, in seconds, a reply is waited for. With `acknowledge_unstored` off
    WeChat gets 503 when a message is not recorded by then, and repeats it.
    """

    def __init__(
        self,
        accounts: Mapping[str, Account],
        replies: Replies,
        clock: Callable[[], datetime],
        *,
        within: float,
        acknowledge_unstored: bool,
    ) -> None:
        self._doors = {name: Door(account, clock) for name, account in accounts.items()}
        self._replies = replies
        self._clock = clock
        self._within = within
        self._unanswered, self._tell_at = 0, 0.0
        self._unstored = Told(ACKNOWLEDGED) if acknowledge_unstored else BUSY

    def admit(self, asked: Asked) -> Told | None:
        """Return the refusal of a request whose head cannot be WeChat's, else None."""
        try:
            door = self._doors.get(_account(asked))
            if door is None:
                raise WeChatCryptoError("unknown account")
            door.check_address(asked.remote)
            if asked.query is None:
                raise WeChatCryptoError("repeated parameter")
            if asked.method == "POST":
                door.check_query(asked.query)
        except (WeChatCryptoError, WeChatParseError) as error:
            return self.refuse(asked, error.reason)
        return None

    def answer(self, asked: Asked, tell: Tell) -> None:
        """Answer an admitted request: 200 with the echo, a reply or `success`, or 403.

        503 says that nothing was stored, so that WeChat sends it again.
        """
        door = self._doors[_account(asked)]
        query = asked.query or {}
        try:
            if asked.method == "POST":
                self._reply(door.account, door.open(query, asked.body), asked, tell)
                return
            told = Told(door.echo(query))
        except (WeChatCryptoError, WeChatParseError) as error:
            told = self.refuse(asked, error.reason)
        tell(told)

    def refuse(self, asked: Asked, reason: str) -> Told:
        """Return the one refusal there is; the reason is for our log."""
        # Of the URL only a name that is ours: with the query, whoever reads the log could write
        # as any fan.
        account = _account(asked)
        log.warning("refused: %s (%s)", reason, account if account in self._doors else "?")
        return REFUSED

    def _reply(self, account: Account, delivery: Delivery, asked: Asked, tell: Tell) -> None:
        seconds = self._within - (asyncio.get_running_loop().time() - asked.began)
        try:
            reply = self._replies.reply(account.name, delivery.inbound, seconds)
        except Exception:
            tell(_alarm(account))
        else:
            reply.add_done_callback(partial(self._end, account, delivery, tell))

    def _end(
        self, account: Account, delivery: Delivery, tell: Tell, reply: asyncio.Future[str]
    ) -> None:
        try:
            xml = reply.result()
            told = Told(delivery.close(xml, self._clock()), kind=XML) if xml else ACCEPTED
        except (Busy, TimeoutError, asyncio.CancelledError) as error:
            self._tell_unanswered(account)
            told = self._unstored if isinstance(error, TimeoutError) else BUSY
        except Exception:
            told = _alarm(account)
        tell(told)

    def _tell_unanswered(self, account: Account) -> None:
        """Log at most once a second: there may be thousands, and each line takes time from them."""
        self._unanswered += 1
        now = asyncio.get_running_loop().time()
        if now >= self._tell_at:
            log.error(
                "%d messages were not stored in time, the last in %s; WeChat repeats what got 503",
                self._unanswered, account.channel,
            )  # fmt: skip
            self._unanswered, self._tell_at = 0, now + TELL_SECONDS


ACCEPTED = Told(ACKNOWLEDGED)


def _alarm(account: Account) -> Told:
    # Anything but 200 means two more deliveries into the same fault, then an error notice for
    # the fan.
    log.critical("ALARM: a message in %s failed", account.channel, exc_info=True)
    return ACCEPTED


def _account(asked: Asked) -> str:
    return asked.path.removeprefix(PREFIX)
