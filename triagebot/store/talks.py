"""Conversations while a batch of messages is recorded: loaded and locked, changed, written back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection

from triagebot.domain.conversation import Memory, Status
from triagebot.domain.decision import Action, Decision
from triagebot.domain.message import Inbound, Kind
from triagebot.store import bulk
from triagebot.store.decision_columns import to_json
from triagebot.store.tables import HOUR, conversation
from triagebot.store.times import to_ms

SHOWN = 200
"""How many characters of the last message lists show."""

Fan = tuple[str, str]
_WHO = ("channel", "fan")
_MOVES = ("status", "waiting_since", "lately")
"""What the lists' indexes are made of: to set it, even to what it was, costs a page of each. The
last is in one of them only."""

_KEPT = (
    *_MOVES,
    "opened_at",
    "last_at",
    "last_text",
    "unread",
    "intent",
    "confidence",
    "reason",
    "misses",
    "offered",
    "last_answer",
    "last_question",
    "small_talk",
    "fence",
    "window_until",
)
_COLUMNS = (*_WHO, "id", *_KEPT)
_KEY = ("id", "fan")
"""The fan too, so that a store that is distributed by fan knows where to look."""


@dataclass(slots=True)
class Talk:
    """One conversation in the making; times are UTC milliseconds."""

    id: int
    memory: Memory
    opened_at: int | None
    waiting_since: int | None
    last_at: int
    last_text: str
    unread: int
    intent: str | None
    confidence: float
    reason: str | None
    fence: int
    window_until: int
    fan: str = ""
    was: tuple[Status, int | None, int] | None = None

    @property
    def unmoved(self) -> int:
        """How many of `_MOVES`, from the first on, need not be set: none, all but the last, all."""
        if self.was is None or self.was[:2] != (self.memory.status, self.waiting_since):
            return 0
        return len(_MOVES) - (self.was[2] != self.last_at // HOUR)

    def follow(
        self,
        inbound: Inbound,
        decision: Decision,
        memory: Memory,
        window_until: datetime | None,
        now: int,
    ) -> None:
        """Take in one message and what was decided on it."""
        before, self.memory = self.memory.status, memory
        if window_until is not None:
            self.window_until = max(self.window_until, to_ms(window_until))
        if memory.status is not before:
            self.fence += 1
            self.opened_at = now if memory.status is Status.OPEN else None
            self.unread, self.waiting_since = 0, None
        if inbound.text or inbound.kind is not Kind.EVENT:
            self.last_at = now
            self.last_text = inbound.text[:SHOWN] or f"[{inbound.kind}]"
            self._wait(now)
        handed_over = decision.action is not Action.SILENT and before is not Status.OPEN
        if memory.status is Status.OPEN and decision.action is Action.ANSWER:
            handed_over = False  # another message of the same turn called for a person
        if handed_over:
            self.reason = decision.reason
        # The list shows the newest words, so it shows what those seem to want.
        if handed_over or decision.intent is not None:
            self.intent, self.confidence = decision.intent, decision.confidence

    def _wait(self, now: int) -> None:
        if self.memory.status is Status.OPEN:
            self.unread += 1
            self.waiting_since = self.waiting_since or now
        else:
            self.unread, self.waiting_since = 0, None

    def values(self) -> tuple[Any, ...]:
        """Return the values of the columns that messages change, then of `_KEY`."""
        memory = self.memory
        return (
            memory.status.value,
            self.waiting_since,
            self.last_at // HOUR,
            self.opened_at,
            self.last_at,
            self.last_text,
            self.unread,
            self.intent,
            self.confidence,
            self.reason,
            memory.misses,
            to_json(memory.offered) if memory.offered else "[]",
            memory.last_answer,
            memory.last_text,
            memory.small_talk,
            self.fence,
            self.window_until,
            self.id,
            self.fan,
        )


def load(connection: Connection, fans: Iterable[Fan], now: int) -> dict[Fan, Talk]:
    """Return each fan's conversation, made if they never wrote, locked until the commit."""
    wanted = sorted(set(fans))
    talks = _find(connection, wanted)
    missing = [fan for fan in wanted if fan not in talks]
    if missing:
        new = Talk(0, Memory(), None, None, now, "", 0, None, 0.0, None, 0, 0).values()[
            : -len(_KEY)
        ]
        rows = [(*fan, *new) for fan in missing]
        bulk.insert(connection, conversation, (*_WHO, *_KEPT), rows)
        # Another node may have been first; either way the row is there now.
        talks |= _find(connection, missing)
    return talks


def save(connection: Connection, talks: Iterable[Talk]) -> None:
    """Write conversations back."""
    lots: dict[int, list[tuple[Any, ...]]] = defaultdict(list)
    for talk in talks:
        lots[talk.unmoved].append(talk.values()[talk.unmoved :])
    for unmoved, rows in sorted(lots.items()):
        bulk.update(connection, conversation, _KEPT[unmoved:], rows, _KEY)


def _find(connection: Connection, fans: list[Fan]) -> dict[Fan, Talk]:
    rows = bulk.find(connection, conversation, _COLUMNS, _WHO, fans, lock=True)
    return {(row[0], row[1]): _talk(*row[1:]) for row in rows}


def _talk(
    fan: str,
    number: int,
    status: str,
    waiting_since: int | None,
    lately: int,
    opened_at: int | None,
    last_at: int,
    last_text: str,
    unread: int,
    intent: str | None,
    confidence: float,
    reason: str | None,
    misses: int,
    offered: str,
    last_answer: str | None,
    last_question: str,
    small_talk: int,
    fence: int,
    window_until: int,
) -> Talk:
    options = () if offered == "[]" else tuple(msgspec.json.decode(offered))
    memory = Memory(Status(status), misses, options, last_answer, last_question, small_talk)
    return Talk(
        number, memory, opened_at, waiting_since, last_at, last_text, unread, intent, confidence,
        reason, fence, window_until, fan, (memory.status, waiting_since, lately),
    )  # fmt: skip
