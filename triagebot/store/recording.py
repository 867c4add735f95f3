"""Records a batch of messages: each once, decided in the fan's order, in one transaction."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, TypeVar

import msgspec
from sqlalchemy import Connection

from triagebot.domain.conversation import Memory, Status
from triagebot.domain.decision import Decision, Reason
from triagebot.domain.message import Inbound, Reply
from triagebot.errors import Busy
from triagebot.store import bulk, checksums, decision_columns, events, once, waiting
from triagebot.store.once import Identity
from triagebot.store.tables import message, put_off
from triagebot.store.talks import Fan, Talk, load, save
from triagebot.store.times import to_ms

MAX_KEY = 200

_COLUMNS = (*checksums.COVERED, "crc")

# No database keeps these: NUL, and halves of pairs.
_UNKEEPABLE = re.compile("[\x00\ud800-\udfff]")


class Conclusion(msgspec.Struct, frozen=True, gc=False):
    """What follows from one message: the decision, the reply, and what is remembered.

    `window_until` is until when the platform lets us write to the fan, if the message moved it.
    """

    decision: Decision
    reply: Reply
    memory: Memory
    window_until: datetime | None = None


class Outcome(msgspec.Struct, frozen=True, gc=False):
    """How a message ended; `duplicate` when it had been recorded before, with this same end."""

    message_id: int
    conversation_id: int
    decision: Decision
    reply: Reply
    duplicate: bool = False


Thought = TypeVar("Thought")
Place = Callable[[], int]
Conclude = Callable[[Inbound, Memory, Thought, Place], Conclusion]


def record(
    connection: Connection,
    arrivals: Sequence[tuple[Inbound, Thought]],
    conclude: Conclude[Thought],
    now: datetime,
) -> list[Outcome]:
    """Record messages in order and return their outcomes in the same order.

    A message whose (channel, fan, key) is known already, or twice in the batch, gives the stored
    outcome with `duplicate`. For the others `conclude(inbound, memory, thought, place)` is
    called, each seeing the memory that the one before left; it must be pure, as it may run
    again. `place()` is the place in the queue that the fan would get now, from 1. Raises `Busy`
    in the unlikely case that another node recorded one of them at the same moment.
    """
    batch = [(_keepable(inbound), thought) for inbound, thought in arrivals]
    moment = to_ms(now)
    wanted = {once.identity(inbound): inbound for inbound, _ in batch}
    talks = load(connection, ((channel, fan) for channel, fan, _ in wanted), moment)
    known = _stored(connection, list(wanted.values()))
    fresh = len(wanted) - len(known)
    ids = iter(bulk.new_ids(connection, message, fresh) if fresh else ())
    recording = _Recording(connection, conclude, talks, known, ids, moment)
    outcomes = [recording.settle(inbound, thought) for inbound, thought in batch]
    recording.write()
    return outcomes


@dataclass(slots=True)
class _Recording(Generic[Thought]):
    connection: Connection
    conclude: Conclude[Thought]
    talks: dict[Fan, Talk]
    known: dict[Identity, Outcome]
    ids: Iterator[int]
    now: int
    rows: list[tuple[Any, ...]] = field(default_factory=list)
    touched: dict[int, Talk] = field(default_factory=dict)
    shown: list[tuple[int, int]] = field(default_factory=list)
    put_off: list[tuple[int]] = field(default_factory=list)
    waiting: int | None = None
    opened: int = 0

    def settle(self, inbound: Inbound, thought: Thought) -> Outcome:
        """Give the stored outcome of a message, or conclude on it."""
        known = self.known.get(once.identity(inbound))
        if known is not None:
            return msgspec.structs.replace(known, duplicate=True)
        talk = self.talks[inbound.channel, inbound.fan]
        conclusion = self.conclude(inbound, talk.memory, thought, self.place)
        outcome = Outcome(next(self.ids), talk.id, conclusion.decision, conclusion.reply)
        self.known[once.identity(inbound)] = outcome
        self.rows.append(_row(inbound, outcome, self.now))
        if conclusion.decision.reason is Reason.PUT_OFF:
            self.put_off.append((outcome.message_id,))
        self._follow(talk, inbound, conclusion, outcome.message_id)
        return outcome

    def _follow(self, talk: Talk, inbound: Inbound, conclusion: Conclusion, number: int) -> None:
        was_open = talk.memory.status is Status.OPEN
        memory, window_until = conclusion.memory, conclusion.window_until
        talk.follow(inbound, conclusion.decision, memory, window_until, self.now)
        self.touched[talk.id] = talk
        if memory.status is Status.OPEN:
            self.opened += not was_open
            self.shown.append((talk.id, number))

    def place(self) -> int:
        """Return the place in the queue that a fan would get now, counting once a batch."""
        if self.waiting is None:
            self.waiting = waiting.count_lately(self.connection, self.now)
        return self.waiting + self.opened + 1

    def write(self) -> None:
        """Store what is new and tell those who look at it."""
        if bulk.insert(self.connection, message, _COLUMNS, self.rows) != len(self.rows):
            raise Busy("Another node recorded the same message just now; try again.")
        bulk.insert(self.connection, put_off, ("message_id",), self.put_off)
        save(self.connection, self.touched.values())
        waiting.add_opened(self.connection, self.opened)
        # Only what people look at: the bot's own traffic would flood the events.
        for talk_id, number in self.shown:
            payload = {"message_id": str(number), "from": "fan"}
            events.emit(self.connection, "message", talk_id, payload)
        for talk_id in dict(self.shown):
            events.emit(self.connection, "conversation", talk_id, {"change": "message"})


def _row(inbound: Inbound, outcome: Outcome, now: int) -> tuple[Any, ...]:
    values = (
        outcome.message_id,
        outcome.conversation_id,
        inbound.channel,
        inbound.fan,
        inbound.key,
        inbound.kind.value,
        inbound.event.value if inbound.event else None,
        inbound.text,
        decision_columns.to_json(inbound.detail) if inbound.detail else "{}",
        to_ms(inbound.sent_at),
        now,
        *decision_columns.to_columns(outcome.decision, outcome.reply),
    )
    return (*values, checksums.of(values))


def _stored(connection: Connection, inbounds: Sequence[Inbound]) -> dict[Identity, Outcome]:
    rows = once.find(connection, _COLUMNS, inbounds)
    return {(row.channel, row.fan, row.key): _outcome(row) for row in rows}


def _outcome(row: Any) -> Outcome:
    if not checksums.is_sound(row):
        return Outcome(row.id, row.conversation_id, checksums.UNREADABLE, Reply())
    decision, reply = decision_columns.decision_of(row), decision_columns.reply_of(row)
    return Outcome(row.id, row.conversation_id, decision, reply)


def _keepable(inbound: Inbound) -> Inbound:
    """Return the message in a form that every database keeps."""
    if len(inbound.key) > MAX_KEY:
        digest = hashlib.sha256(inbound.key.encode("utf-8", "surrogatepass")).hexdigest()
        inbound = msgspec.structs.replace(inbound, key=digest)
    parts = (inbound.channel, inbound.fan, inbound.key, inbound.text, *inbound.detail.keys())
    if not _UNKEEPABLE.search("".join((*parts, *inbound.detail.values()))):
        return inbound
    return msgspec.structs.replace(
        inbound,
        channel=_kept(inbound.channel),
        fan=_kept(inbound.fan),
        key=_kept(inbound.key),
        text=_kept(inbound.text),
        detail={_kept(name): _kept(value) for name, value in inbound.detail.items()},
    )


def _kept(text: str) -> str:
    return _UNKEEPABLE.sub("\ufffd", text)
