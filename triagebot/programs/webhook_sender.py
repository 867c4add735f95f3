"""Tells webhooks the news: each piece until it is taken, none forgotten, nobody hammered."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import aiohttp
import msgspec

from triagebot.errors import BadInput
from triagebot.programs.news_bodies import ACCOUNT, body_of, key_of
from triagebot.programs.signing import SIGNATURE, sign
from triagebot.repeating import Repeating
from triagebot.store import news, webhook_queue, webhooks
from triagebot.store.database import Database
from triagebot.store.webhook_queue import DeliveryRow, Told
from triagebot.store.webhooks import WebhookRow
from triagebot.web.outward import checked_url, public_session

log = logging.getLogger(__name__)

CALL_SECONDS = 10.0
COLLECT_SECONDS = 0.5
PRUNE_SECONDS = 600.0
KEEP = timedelta(days=3)
LOST_AFTER = timedelta(seconds=60)
FIRST_PAUSE = timedelta(seconds=10)
LONGEST_PAUSE = timedelta(hours=1)
AT_ONCE = 20
COLLECTED_AT_ONCE = 500
LAST_ATTEMPT = 80
"""About three days of tries."""

GONE = 410


@dataclass(frozen=True, slots=True)
class Rules:
    """`give_up` is how long a webhook may fail before it is disabled."""

    give_up: timedelta = timedelta(days=3)
    allow_private: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """What the other side said: an HTTP status, or none and why."""

    status: int | None
    error: str = ""

    @property
    def taken(self) -> bool:
        """Whether it has the news now."""
        return self.status is not None and 200 <= self.status < 300


class WebhookSender(Repeating):
    """Queues what happens and sends it; a slow webhook holds no other up."""

    def __init__(
        self, db: Database, clock: Callable[[], datetime], rules: Rules | None = None
    ) -> None:
        self._db = db
        self._clock = clock
        self._rules = rules or Rules()
        self._session: aiohttp.ClientSession | None = None
        super().__init__((self.tell, COLLECT_SECONDS), (self.prune, PRUNE_SECONDS))

    async def start(self) -> None:
        """Open the connections and begin."""
        self._session = self._connections()
        await super().start()

    async def close(self) -> None:
        """Stop; what was being sent is sent again by whoever starts next."""
        await super().close()
        if self._session:
            await self._session.close()

    async def tell(self) -> int:
        """Queue all that is new and send what is due; return how many were tried."""
        limit = COLLECTED_AT_ONCE
        while await self._db.write(news.collect, self._clock(), limit) >= limit:
            pass  # what comes meanwhile is for the next time
        await self._db.write(webhook_queue.recover, self._clock() - LOST_AFTER)
        rows = await self._db.read(webhooks.everything)
        live = [row for row in rows if row.disabled_at is None and row.waiting]
        session = self._session or self._connections()
        try:
            return sum(await asyncio.gather(*(self._tell_one(session, row) for row in live)))
        finally:
            if session is not self._session:
                await session.close()

    async def prune(self) -> None:
        """Drop what was told, or given up, days ago."""
        await self._db.write(webhook_queue.prune, self._clock() - KEEP)

    async def ping(self, row: WebhookRow) -> Answer:
        """Send a signed `ping` now and return what came back; nothing is stored."""
        body = {"event": "ping", "account": ACCOUNT}
        key = f"ping-{self._clock().timestamp():.0f}"
        async with self._connections() as session:
            return await self._post(session, row, "ping", key, body)

    def _connections(self) -> aiohttp.ClientSession:
        return public_session(seconds=CALL_SECONDS, allow_private=self._rules.allow_private)

    async def _tell_one(self, session: aiohttp.ClientSession, row: WebhookRow) -> int:
        # One that fails is tried with one piece at a time.
        most = 1 if row.failing_since else AT_ONCE
        due = await self._db.write(webhook_queue.claim, row.id, self._clock(), most)
        for place, each in enumerate(due):
            body = await body_of(self._db, each, self._clock())
            if body is None:
                await self._db.write(webhook_queue.settle, each, Told.GONE, self._clock())
                continue
            answer = await self._post(session, row, each.kind, key_of(each), body)
            if answer.taken:
                await self._taken(row, each, answer)
                continue
            await self._refused(row, each, due[place + 1 :], answer)
            return place + 1
        return len(due)

    async def _taken(self, row: WebhookRow, each: DeliveryRow, answer: Answer) -> None:
        now = self._clock()
        await self._db.write(webhook_queue.settle, each, Told.DONE, now, status=answer.status)
        if row.failing_since is not None:
            await self._db.write(webhooks.works, row.id)

    async def _refused(
        self, row: WebhookRow, each: DeliveryRow, rest: list[DeliveryRow], answer: Answer
    ) -> None:
        """Try it again later, those behind it too, and give up after long enough."""
        now, reason = self._clock(), answer.error or f"HTTP {answer.status}"
        last = each.attempts >= LAST_ATTEMPT
        due_at = now + pause_after(each.attempts)
        await self._db.write(
            webhook_queue.settle, each, Told.FAILED if last else Told.QUEUED, now,
            status=answer.status, error=reason, due_at=None if last else due_at,
        )  # fmt: skip
        await self._db.write(webhook_queue.put_back, [other.id for other in rest], due_at)
        stop = answer.status == GONE or now - (row.failing_since or now) >= self._rules.give_up
        await self._db.write(webhooks.mark, row.id, reason, now, disable=stop)
        if stop:
            log.error("webhook %d was disabled: %s", row.id, reason)

    async def _post(
        self, session: aiohttp.ClientSession, row: WebhookRow, kind: str, key: str, body: object
    ) -> Answer:
        packed = msgspec.json.encode(body)
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "triagebot",
            "X-Triagebot-Event": kind,
            "Idempotency-Key": key,
            SIGNATURE: sign(row.secret, packed, self._clock()),
        }
        try:
            url = checked_url(row.url, allow_private=self._rules.allow_private)
            async with session.post(
                url, data=packed, headers=headers, allow_redirects=False
            ) as response:
                return Answer(response.status)
        except BadInput as error:
            return Answer(None, error.message)
        except TimeoutError:
            return Answer(None, "no answer in time")
        except (aiohttp.ClientError, OSError) as error:
            return Answer(None, _why(error))


def pause_after(attempts: int) -> timedelta:
    """Return how long to wait after so many tries: ten seconds, then twice as long each time."""
    doublings = min(max(attempts - 1, 0), 20)
    return min(FIRST_PAUSE * int(2**doublings), LONGEST_PAUSE)


def _why(error: Exception) -> str:
    if "no public address" in str(error):
        return "no public address"
    return type(error).__name__
