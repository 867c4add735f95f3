"""What the tests of the channel share: an account, a clock, an intake without a store."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from triagebot.channels.wechat import Account, Mode
from triagebot.domain.decision import Action, Decision, Reason
from triagebot.domain.message import Inbound, Reply
from triagebot.fakewechat.crypto import encrypt, signature_of

TESTS = Path(__file__).parents[1]
RECORDED = sorted((TESTS / "recorded" / "wechat").glob("*.xml"))
VECTORS = TESTS.parents[1] / "shared" / "vectors" / "wechat_vectors.json"

TOKEN = "tokenOne1"
OLD_TOKEN = "tokenOld1"
KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
OLD_KEY = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"
APPID = "wx00000000000000aa"
SECRET = "0123456789abcdef0123456789abcdef"
ORIGINAL = "gh_0a1b2c3d4e5f"
NOW = datetime(2026, 9, 21, 14, 0, tzinfo=UTC)


@dataclass
class Outcome:
    reply: Reply
    duplicate: bool = False
    decision: Decision = Decision(Action.ANSWER, Reason.CERTIFIED)
    message_id: int = 0
    conversation_id: int = 0


@dataclass
class MemoryIntake:
    """Remembers by key; a redelivery waits for the first and gets the same reply."""

    think: Callable[[Inbound], Reply] = lambda inbound: Reply(f"echo: {inbound.text}")
    seen: dict[tuple[str, str, str], Reply] = field(default_factory=dict)
    calls: list[Inbound] = field(default_factory=list)
    thought: int = 0
    gate: asyncio.Event | None = None
    fault: Exception | None = None

    async def accept(self, inbound: Inbound) -> Outcome:
        self.calls.append(inbound)
        if self.gate is not None:
            await self.gate.wait()
        if self.fault is not None:
            raise self.fault
        key = (inbound.channel, inbound.fan, inbound.key)
        known = key in self.seen
        if not known:
            self.thought += 1
            self.seen[key] = self.think(inbound)
        number = list(self.seen).index(key) + 1
        return Outcome(self.seen[key], duplicate=known, message_id=number)


@dataclass
class MemoryWays:
    """Decides which way replies go, as the store does, for one process."""

    decided: dict[int, str] = field(default_factory=dict)
    late: list[Reply] = field(default_factory=list)
    sends: bool = True
    came: asyncio.Event = field(default_factory=asyncio.Event)
    fault: Exception | None = None

    def can_send(self, channel: str) -> bool:
        return self.sends

    async def take(self, outcome: Outcome) -> bool:
        if self.decided.get(outcome.message_id) == "held":
            self.decided[outcome.message_id] = "passive"
        return self.decided.setdefault(outcome.message_id, "passive") == "passive"

    async def send_late(self, outcome: Outcome) -> bool:
        if self.fault is not None:
            raise self.fault
        if outcome.message_id not in self.decided:
            self.decided[outcome.message_id] = "late"
            self.late.append(outcome.reply)
            self.came.set()
        return self.decided[outcome.message_id] == "late"

    async def hold(self, outcome: Outcome) -> None:
        self.decided.setdefault(outcome.message_id, "held")
        self.came.set()


class Clock:
    """Time that stands still until it is moved."""

    def __init__(self) -> None:
        self.time = NOW

    def __call__(self) -> datetime:
        return self.time

    def move(self, **by: float) -> None:
        self.time += timedelta(**by)

    def seconds(self) -> float:
        return self.time.timestamp()


def account_of(mode: str = "safe", **more) -> Account:
    keys = () if mode == "plain" else (KEY,)
    values = {"tokens": (TOKEN,), "aes_keys": keys, "original_id": ORIGINAL, **more}
    return Account(name="main", appid=APPID, mode=Mode(mode), **values)


async def post(pusher, query, body, **more):
    async with pusher.session.post(pusher.url, params=query, data=body, **more) as response:
        return response.status, await response.text()


def sealed(pusher, xml, *, token=TOKEN, key=KEY, appid=APPID, to="gh_0a1b2c3d4e5f"):
    encrypted, stamp = encrypt(key, appid, xml), pusher.stamp()
    signature = signature_of(token, stamp["timestamp"], stamp["nonce"], encrypted)
    query = {**stamp, "encrypt_type": "aes", "msg_signature": signature}
    return query, f"<xml><ToUserName>{to}</ToUserName><Encrypt>{encrypted}</Encrypt></xml>"


def vectors() -> dict[str, list[dict]]:
    """Return the known vectors and messages, or nothing of either where they are missing."""
    if not VECTORS.exists():
        return {"vectors": [], "messages": []}
    return json.loads(VECTORS.read_text())


needs_vectors = pytest.mark.skipif(
    not VECTORS.exists(), reason="../shared/vectors/wechat_vectors.json is not here"
)
