"""Take a wrong answer back: who was told it, who can still be written to, and the correction.

A correction leaves after its time to be undone, soonest window first, once for each fan, and
changes nothing about who has the conversation.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, func, insert, select, text, update

from triagebot.errors import Conflict, NotFound
from triagebot.store import audit_log, windows
from triagebot.store.moments import first_since
from triagebot.store.tables import agent, outbound, recall, recall_fan
from triagebot.store.times import from_ms, to_ms

AT_ONCE = 500


class State(StrEnum):
    """Of a recall, and of one fan in it: waiting to leave, leaving, gone, taken back, too late."""

    HELD = "held"
    GOING = "going"
    DONE = "done"
    UNDONE = "undone"
    SENT = "sent"
    UNREACHABLE = "unreachable"


@dataclass(frozen=True, slots=True)
class Told:
    """A fan who was told an answer, last at `at`; `until` is how long they can be written to."""

    conversation_id: int
    at: datetime
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Given:
    """An answer that was given in [since, until); `wordings` are all that it has said."""

    answer: str
    since: datetime
    until: datetime
    wordings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Order:
    """A correction of what was given."""

    given: Given
    text: str
    agent_id: int
    starts_at: datetime


@dataclass(frozen=True, slots=True)
class RecallRow:
    """A correction as it stands; `counts` is how many fans are in each state."""

    id: int
    answer: str
    since: datetime
    until: datetime
    text: str
    by: str
    state: State
    told: int
    created_at: datetime
    starts_at: datetime
    counts: Mapping[str, int]


def told(connection: Connection, given: Given, now: datetime) -> list[Told]:
    """Return the fans who got an answer, newest first.

    From the bot, from a person who gave it to many at once, or in a person's own reply that has one
    of the answer's wordings in it.
    """
    values: dict[str, object] = {
        "answer": given.answer,
        "first": first_since(connection, given.since),
        "written": first_since(connection, given.since, outbound.c.created_at),
        "since": to_ms(given.since),
        "until": to_ms(given.until),
    }
    alike = []
    for number, words in enumerate(given.wordings):
        values[f"words{number}"] = f"%{_ESCAPED.sub(_escape, words)}%"
        alike.append(f"sent.text LIKE :words{number} ESCAPE '!'")
    query = _TOLD.format(alike=" OR ".join(alike) or "1 = 0")
    rows = connection.execute(text(query), values).all()
    found = []
    for start in range(0, len(rows), AT_ONCE):
        page = rows[start : start + AT_ONCE]
        open_windows = windows.of(connection, [row.conversation_id for row in page])
        for row in page:
            window = open_windows.get(row.conversation_id)
            ends = window.until(now) if window else None
            found.append(Told(row.conversation_id, from_ms(row.at), ends))
    return found


def add(connection: Connection, order: Order, now: datetime) -> RecallRow:
    """Hold a correction for all who can be written to. Raises `Conflict` when there is nobody."""
    given = order.given
    fans = told(connection, given, now)
    if not any(fan.until for fan in fans):
        raise Conflict("Nobody who was told can still be written to.", fields={"told": "nobody"})
    query = insert(recall).values(
        answer=given.answer,
        since=to_ms(given.since),
        until=to_ms(given.until),
        text=order.text,
        agent_id=order.agent_id,
        state=State.HELD,
        told=len(fans),
        created_at=to_ms(now),
        starts_at=to_ms(order.starts_at),
    )
    number = connection.execute(query.returning(recall.c.id)).scalar_one()
    fans.sort(key=lambda fan: (fan.until is None, fan.until or fan.at))
    connection.execute(insert(recall_fan), [_row_of(fan, number) for fan in fans])
    detail = {"answer": given.answer, "fans": str(len(fans))}
    who = audit_log.by_agent(order.agent_id)
    audit_log.note(connection, who, "recall", now, detail=detail)
    return get(connection, number)


def _row_of(fan: Told, recall_id: int) -> dict[str, Any]:
    state = State.HELD if fan.until else State.UNREACHABLE
    return {"recall_id": recall_id, "conversation_id": fan.conversation_id, "state": state}


def undo(connection: Connection, recall_id: int, agent_id: int, now: datetime) -> RecallRow:
    """Take a correction back before it leaves. Raises `Conflict` once it has begun, `NotFound`."""
    query = update(recall).where(recall.c.id == recall_id, recall.c.state == State.HELD)
    query = query.where(recall.c.starts_at > to_ms(now))
    if not connection.execute(query.values(state=State.UNDONE)).rowcount:
        state = get(connection, recall_id).state
        raise Conflict("It has begun to leave.", fields={"state": state.value})
    held = (recall_fan.c.recall_id == recall_id) & (recall_fan.c.state == State.HELD)
    connection.execute(update(recall_fan).where(held).values(state=State.UNDONE))
    who = audit_log.by_agent(agent_id)
    audit_log.note(connection, who, "undo_recall", now, detail={"recall": str(recall_id)})
    return get(connection, recall_id)


def get(connection: Connection, recall_id: int) -> RecallRow:
    """Return one recall; raises `NotFound`."""
    found = _rows(connection, recall.c.id == recall_id, 1)
    if not found:
        raise NotFound("There is no such recall.")
    return found[0]


def newest(connection: Connection, limit: int = 20) -> list[RecallRow]:
    """Return the last recalls, newest first."""
    return _rows(connection, recall.c.id > 0, limit)


_ESCAPED = re.compile("[%_!]")

_TOLD = """
SELECT conversation_id, max(at) AS at FROM (
  SELECT conversation_id, received_at AS at FROM message
  WHERE id >= :first AND answer = :answer AND action = 'answer'
    AND received_at >= :since AND received_at < :until
  UNION ALL
  SELECT item.conversation_id, sent.created_at
  FROM clearing
  JOIN clearing_item AS item ON item.clearing_id = clearing.id AND item.state = 'sent'
  JOIN outbound AS sent ON sent.id = item.outbound_id
  WHERE clearing.answer = :answer AND sent.created_at >= :since AND sent.created_at < :until
  UNION ALL
  SELECT sent.conversation_id, sent.created_at FROM outbound AS sent
  WHERE sent.id >= :written AND sent.agent_id IS NOT NULL AND sent.state <> 'failed'
    AND sent.created_at >= :since AND sent.created_at < :until
    AND sent.client_id NOT LIKE 'recall-%' AND ({alike})
) AS given
GROUP BY conversation_id ORDER BY 2 DESC
"""


def _escape(match: re.Match[str]) -> str:
    return f"!{match[0]}"


def _rows(connection: Connection, which: Any, limit: int) -> list[RecallRow]:
    source = recall.join(agent, agent.c.id == recall.c.agent_id)
    query = select(recall, agent.c.name).select_from(source).where(which)
    rows = connection.execute(query.order_by(recall.c.id.desc()).limit(limit)).all()
    counts = _counts(connection, [row.id for row in rows])
    return [
        RecallRow(
            row.id,
            row.answer,
            from_ms(row.since),
            from_ms(row.until),
            row.text,
            row.name,
            State(row.state),
            row.told,
            from_ms(row.created_at),
            from_ms(row.starts_at),
            counts.get(row.id, {}),
        )
        for row in rows
    ]


def _counts(connection: Connection, numbers: Sequence[int]) -> dict[int, dict[str, int]]:
    columns = (recall_fan.c.recall_id, recall_fan.c.state)
    query = select(*columns, func.count().label("n")).where(recall_fan.c.recall_id.in_(numbers))
    counts: dict[int, dict[str, int]] = {}
    for row in connection.execute(query.group_by(*columns)):
        counts.setdefault(row.recall_id, {})[row.state] = row.n
    return counts
