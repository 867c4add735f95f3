"""All official accounts of one server: messages in by the callback, agents' texts out by Kefu."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Protocol

import aiohttp
from aiohttp import web

from triagebot.channels.outbox import Deliver, Receipt, Result
from triagebot.channels.wechat.account import Account
from triagebot.channels.wechat.answering import Outcome
from triagebot.channels.wechat.connection import api_of
from triagebot.channels.wechat.kefu import Kefu
from triagebot.channels.wechat.parse import may_answer
from triagebot.channels.wechat.routes import WeChatCallback
from triagebot.channels.wechat.sent import SendState, Sent
from triagebot.channels.wechat.ways import StoredWays
from triagebot.channels.wechat.window import Ledger, moves_window
from triagebot.domain.message import Inbound
from triagebot.errors import Busy
from triagebot.store import conversations
from triagebot.store.database import Database
from triagebot.store.outbound_rows import OutboundRow

log = logging.getLogger(__name__)

Clock = Callable[[], datetime]


class Intake(Protocol):
    """Takes messages in."""

    def accept(self, inbound: Inbound) -> Awaitable[Outcome]:
        """Store and answer one message."""


class WeChatService:
    """Serves `/wechat/{account}` and delivers texts to the accounts' fans.

    `api_urls` gives the address of WeChat's API for accounts that do not use the usual one. An
    account without an AppSecret may only answer inside a fan's own request.
    """

    def __init__(
        self,
        accounts: Mapping[str, Account],
        api_urls: Mapping[str, str],
        intake: Intake,
        db: Database,
        clock: Clock,
    ) -> None:
        self._accounts = dict(accounts)
        self._api_urls = dict(api_urls)
        self._clock = clock
        self._intake = intake
        self._db = db
        self._of_channel = {account.channel: account for account in accounts.values()}
        self._ledgers = {channel: Ledger(db, channel, clock) for channel in self._of_channel}
        self._kefu: dict[str, Kefu] = {}
        self.ways = StoredWays(db, clock, self._can_send)
        self.callback = WeChatCallback(accounts, self, clock, self.ways, acknowledge_unstored=False)
        self._session: aiohttp.ClientSession | None = None

    @property
    def deliverers(self) -> dict[str, Deliver]:
        """How the outbox reaches fans, by channel."""
        return dict.fromkeys(self._ledgers, self.deliver)

    def add_to(self, app: web.Application) -> None:
        """Add the callback's routes."""
        self.callback.add_to(app)

    async def start(self) -> None:
        """Open the connections to WeChat; nothing is sent before there is something to send."""
        if not self._accounts:
            return
        self._session = aiohttp.ClientSession()
        for account in self._accounts.values():
            self._kefu[account.channel] = self._build(account, self._session)

    async def close(self) -> None:
        """Close them."""
        if self._session:
            await self._session.close()

    def accept(self, inbound: Inbound) -> Awaitable[Outcome]:
        """Take a message in, and note what else lets us write to its fan."""
        storing = self._intake.accept(inbound)
        return self._note_after(storing, inbound) if moves_window(inbound) else storing

    async def deliver(self, text: OutboundRow, /) -> Receipt:
        """Send a text or a late reply; nothing that may have gone out is ever sent again."""
        kefu = self._kefu.get(text.channel)
        if kefu is None:
            raise Busy("The connections to WeChat are not open.")
        if text.reply is None:
            return receipt_of(await kefu.send_text(text.fan, text.text), self._clock())
        account = self._of_channel[text.channel]
        menu, marked = account.tap_menus, account.mark_ai
        sent = await kefu.send_reply(text.fan, text.reply, as_menu=menu, from_ai=marked)
        return receipt_of(sent, self._clock())

    async def recorded_late(self, inbound: Inbound, outcome: Outcome) -> None:
        """Send the reply to a message that was acknowledged before it was decided on."""
        if outcome.reply and may_answer(inbound) and self._can_send(inbound.channel):
            await self.ways.send_late(outcome)

    async def show_typing(self, conversation_id: int, agent_id: int) -> None:
        """Show the fan that the agent who has their conversation is writing, where that is set."""
        row = await self._db.read(conversations.get, conversation_id)
        account, kefu = self._of_channel.get(row.channel), self._kefu.get(row.channel)
        if row.agent_id != agent_id or not account or not account.show_typing:
            return
        if kefu and not kefu.passive_only:
            await kefu.typing(row.fan)

    async def _note_after(self, storing: Awaitable[Outcome], inbound: Inbound) -> Outcome:
        outcome = await storing
        if not outcome.duplicate:
            await self._note(inbound)
        return outcome

    async def _note(self, inbound: Inbound) -> None:
        try:
            await self._ledgers[inbound.channel].note(inbound)
        except Exception:  # the message is stored and its reply is good
            log.critical("ALARM: an act in %s was not noted", inbound.channel, exc_info=True)

    def _can_send(self, channel: str) -> bool:
        kefu = self._kefu.get(channel)
        return kefu is not None and not kefu.passive_only

    def _build(self, account: Account, session: aiohttp.ClientSession) -> Kefu:
        url = self._api_urls.get(account.name, "")
        return Kefu(
            api_of(account, session, self._clock, url, self._db),
            self._ledgers[account.channel],
            passive_only=account.passive_only or not account.secret,
        )


def receipt_of(sent: Sent, now: datetime) -> Receipt:
    """Return what the outbox does after a send ended so."""
    words = sent.words("zh") or sent.state.value
    if sent.state in (SendState.DELIVERED, SendState.EMPTY):
        return Receipt(Result.DELIVERED)
    if sent.state is SendState.UNCERTAIN or sent.sent:
        return Receipt(Result.UNCERTAIN, words)
    if sent.state is SendState.MESSAGES_USED:
        return Receipt(Result.HELD, words)
    if sent.state is SendState.QUOTA_USED:
        return Receipt(Result.NOT_TAKEN, words, again_at=sent.repeat_at(now))
    return Receipt(Result.NOT_TAKEN if sent.may_repeat else Result.REFUSED, words)
