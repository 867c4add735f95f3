"""A small evening: fans write, some twice, agents take and resolve; all of it written down."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime

from triagebot.domain.agent import Role
from triagebot.domain.message import Inbound, Kind
from triagebot.errors import Busy, Conflict
from triagebot.faults.mind import COMPLAINT, CountingMind
from triagebot.intake.accept import Intake
from triagebot.store import agents, conversations
from triagebot.store.database import Database

CHANNEL = "fault"
AT_ONCE = 12
FANS = 40

Told = Callable[[str], None]


@dataclass(slots=True)
class Diary:
    """What the outside was told: the reply by key, and each conversation's fence, in order."""

    replies: dict[str, str] = field(default_factory=dict)
    humans: dict[str, int] = field(default_factory=dict)
    fences: list[tuple[int, int]] = field(default_factory=list)
    different: int = 0
    refused: int = 0

    def heard(self, key: str, text: str) -> None:
        """Note a reply; a redelivery's must be the same."""
        self.different += self.replies.setdefault(key, text) != text


class Evening:
    """Writes `messages` messages to a started database; `told(mark)` follows each answer."""

    def __init__(self, db: Database, chance: random.Random, told: Told) -> None:
        self.diary = Diary()
        self._db = db
        self._chance = chance
        self.told = told
        self._intake = Intake(db, CountingMind(), now)
        self._keys: list[str] = []
        self._written = 0
        self._people: list[int] = []

    async def run(self, messages: int) -> Diary:
        """Write a number of messages and return what everybody was told."""
        await self.open()
        return await self.go_on(messages)

    async def open(self) -> None:
        """Let two agents come in."""
        for number in range(2):
            agent = await self._db.write(agents.add, f"坐席{number}", Role.AGENT, "-", now())
            self._people.append(agent.id)

    async def go_on(self, messages: int) -> Diary:
        """Write further messages."""
        numbers = iter(range(self._written, self._written + messages))
        self._written += messages
        await asyncio.gather(*(self._fan(numbers) for _ in range(AT_ONCE)))
        await self._intake.close()
        return self.diary

    async def _fan(self, numbers: Iterator[int]) -> None:
        for number in numbers:
            if self._keys and self._chance.random() < 0.05:
                await self._write(self._chance.choice(self._keys))
            key = f"key-{number}"
            self._keys.append(key)
            await self._write(key)

    async def _write(self, key: str) -> None:
        try:
            outcome = await self._intake.accept(message_of(key))
        except Busy:
            self.refused(key)
            return
        self.diary.heard(key, outcome.reply.text)
        if outcome.decision.action == "human":
            self.diary.humans[key] = outcome.conversation_id
        self.told(f"key {key}")
        if outcome.decision.action == "human":
            with suppress(Busy, Conflict):
                await self._help(outcome.conversation_id)

    def refused(self, key: str) -> None:
        """Count a message that was not taken; WeChat would bring it again."""
        self.diary.refused += 1

    async def _help(self, conversation_id: int) -> None:
        person = self._chance.choice(self._people)
        row = await self._db.write(conversations.take, conversation_id, person, now())
        self._fence(conversation_id, row.fence)
        row = await self._db.write(conversations.resolve, conversation_id, person, now())
        self._fence(conversation_id, row.fence)

    def _fence(self, conversation_id: int, fence: int) -> None:
        self.told(f"fence {len(self.diary.fences)}")
        self.diary.fences.append((conversation_id, fence))


def message_of(key: str) -> Inbound:
    """Return the message that belongs to a key; every eighth is a complaint."""
    number = int(key.removeprefix("key-"))
    words = f"{COMPLAINT}第{number}号订单" if number % 8 == 0 else f"第{number}号什么时候发货"
    fan = f"fan-{number % FANS}"
    return Inbound(CHANNEL, fan, key, Kind.TEXT, words, datetime(2024, 11, 11, tzinfo=UTC))


def now() -> datetime:
    """Return the time, in UTC."""
    return datetime.now(UTC)
