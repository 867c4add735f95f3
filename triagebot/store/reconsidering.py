"""Records what was decided in the end on messages that a surge had put off."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TypeVar

from sqlalchemy import Connection, insert

from triagebot.domain.conversation import Status
from triagebot.domain.message import Inbound, Reply
from triagebot.store import events, surges, waiting
from triagebot.store.recording import Conclude, Conclusion
from triagebot.store.tables import outbound
from triagebot.store.talks import Talk, load, save
from triagebot.store.times import to_ms

Thought = TypeVar("Thought")
Case = tuple[int, int, Inbound, Thought]
"""Id of the message and of its conversation, the message, what is thought of it."""


def reconsider(
    connection: Connection,
    cases: Sequence[Case[Thought]],
    conclude: Conclude[Thought],
    now: datetime,
) -> int:
    """Decide on messages in order, each once whoever else tries, and return how many that were.

    `conclude` is the same as for a message that comes in. What it replies is queued for the
    outbox while the fan may still be written to.
    """
    mine = surges.claim(connection, [number for number, *_ in cases])
    cases = [case for case in cases if case[0] in mine]
    moment = to_ms(now)
    talks = load(connection, ((i.channel, i.fan) for _, _, i, _ in cases), moment)
    count: list[int] = []

    def place() -> int:
        if not count:
            count.append(waiting.count(connection))
        return count[0] + 1

    for number, _, inbound, thought in cases:
        talk = talks[inbound.channel, inbound.fan]
        conclusion = conclude(inbound, talk.memory, thought, place)
        _follow(connection, talk, inbound, conclusion, number, now)
        if conclusion.reply and talk.window_until > moment:
            _queue(connection, talk.id, number, conclusion.reply, moment)
    save(connection, {talk.id: talk for talk in talks.values()}.values())
    return len(cases)


def _follow(
    connection: Connection,
    talk: Talk,
    inbound: Inbound,
    conclusion: Conclusion,
    number: int,
    now: datetime,
) -> None:
    was_open = talk.memory.status is Status.OPEN
    talk.follow(inbound, conclusion.decision, conclusion.memory, None, to_ms(now))
    if talk.memory.status is Status.OPEN and not was_open:
        payload = {"message_id": str(number), "from": "fan"}
        events.emit(connection, "message", talk.id, payload)
        events.emit(connection, "conversation", talk.id, {"change": "message"})


def _queue(
    connection: Connection, conversation_id: int, number: int, reply: Reply, moment: int
) -> None:
    connection.execute(
        insert(outbound).values(
            conversation_id=conversation_id,
            text=_words(reply),
            client_id=f"put off {number}",
            state="queued",
            attempts=0,
            created_at=moment,
            due_at=moment,
            error="",
        )
    )


def _words(reply: Reply) -> str:
    """Return a reply as text; the lines of a menu have the numbers that fans may send back."""
    lines = [f"{number}. {option.title}" for number, option in enumerate(reply.options, start=1)]
    return "\n".join([reply.text, *lines]) if lines else reply.text
