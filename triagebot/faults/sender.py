"""WeChat's side: sends at its own pace, never waiting, some things twice; notes each answer."""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

import aiohttp

from triagebot.channels.wechat.crypto import sign
from triagebot.faults.process import ORIGINAL_ID, TOKEN

TWICE = 0.05
PATIENCE = 5.0
FANS = 20_000
"""So many that most still talk to the bot when others already wait for a person."""
BEGIN = 1_731_326_400
TEXTS = (
    "什么时候发货",
    "我要投诉，叫你们经理来",
    "怎么查物流",
    "转人工",
    "可以退货吗",
    "发票怎么开",
    "你好",
    "手机发烫怎么办",
    "刷机失败了",
    "今天天气不错",
)


@dataclass(slots=True)
class Ledger:
    """What went out with 200, by MsgId, kept outside the server; and how the rest ended.

    A `neutral` body acknowledges without being an answer. `slowest` is in seconds; a
    wait that WeChat gave up counts as an answer.
    """

    answers: dict[int, bytes] = field(default_factory=dict)
    acknowledged: set[int] = field(default_factory=set)
    neutral: Callable[[bytes], bool] = field(default=lambda _body: False)
    different: int = 0
    redelivered: int = 0
    slowest: float = 0.0
    ends: Counter[str] = field(default_factory=Counter)

    def heard(self, number: int, status: int, body: bytes, seconds: float) -> None:
        """Note one answer."""
        self.ends[str(status)] += 1
        self.slowest = max(self.slowest, seconds)
        if status != 200:
            return
        self.acknowledged.add(number)
        if self.neutral(body):
            return
        self.redelivered += number in self.answers
        self.different += self.answers.setdefault(number, body) != body


class Sender:
    """Sends `rate` messages a second for as long as `sending` lasts, to any of the nodes."""

    def __init__(
        self,
        urls: Sequence[str],
        rate: float,
        chance: random.Random,
        *,
        neutral: Callable[[bytes], bool] = lambda _body: False,
    ) -> None:
        self.ledger = Ledger(neutral=neutral)
        self._urls = urls
        self._rate = rate
        self._chance = chance
        self._next = 1
        self._open: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def sending(self) -> AsyncIterator[Ledger]:
        """Send meanwhile; at the end, wait for the answers still on their way."""
        limit = aiohttp.ClientTimeout(total=PATIENCE)
        connector = aiohttp.TCPConnector(limit=0)
        async with aiohttp.ClientSession(timeout=limit, connector=connector) as session:
            pushing = asyncio.create_task(self._push(session))
            try:
                yield self.ledger
            finally:
                pushing.cancel()
                with suppress(asyncio.CancelledError):
                    await pushing
                await asyncio.gather(*self._open)

    async def once_more(self, count: int) -> None:
        """Deliver some acknowledged messages again, one after the other."""
        known = sorted(self.ledger.acknowledged)
        limit = aiohttp.ClientTimeout(total=PATIENCE)
        async with aiohttp.ClientSession(timeout=limit) as session:
            for number in self._chance.sample(known, min(count, len(known))):
                await self._deliver(session, number)

    async def _push(self, session: aiohttp.ClientSession) -> None:
        loop = asyncio.get_running_loop()
        due = loop.time()
        while True:
            due += 1 / self._rate
            await asyncio.sleep(max(0.0, due - loop.time()))
            number = self._next
            if number > 1 and self._chance.random() < TWICE:
                # Half of them at once, as a retry that overtakes; half from any time before.
                near = self._chance.random() < 0.5
                number = self._chance.randrange(max(1, number - 5) if near else 1, number)
            else:
                self._next += 1
            task = loop.create_task(self._deliver(session, number))
            self._open.add(task)
            task.add_done_callback(self._open.discard)

    async def _deliver(self, session: aiohttp.ClientSession, number: int) -> None:
        began = time.monotonic()
        body = xml_of(number).encode()
        try:
            url = self._chance.choice(self._urls)
            async with session.post(url, params=stamp(), data=body) as response:
                content = await response.read()
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            self.ledger.ends[type(error).__name__] += 1
            if isinstance(error, TimeoutError):
                self.ledger.slowest = max(self.ledger.slowest, time.monotonic() - began)
        else:
            self.ledger.heard(number, response.status, content, time.monotonic() - began)


def xml_of(number: int) -> str:
    """Return the envelope of a message; the same for the same number."""
    return (
        f"<xml><ToUserName><![CDATA[{ORIGINAL_ID}]]></ToUserName>"
        f"<FromUserName><![CDATA[fan-{number // 3 * 7 % FANS}]]></FromUserName>"
        f"<CreateTime>{BEGIN + number // 100}</CreateTime><MsgType><![CDATA[text]]></MsgType>"
        f"<Content><![CDATA[{TEXTS[number % len(TEXTS)]}]]></Content><MsgId>{number}</MsgId></xml>"
    )


def stamp(token: str = TOKEN) -> dict[str, str]:
    """Return a query that proves to come from who knows the token."""
    timestamp, nonce = str(int(time.time())), str(random.getrandbits(31))
    return {"signature": sign(token, timestamp, nonce), "timestamp": timestamp, "nonce": nonce}
