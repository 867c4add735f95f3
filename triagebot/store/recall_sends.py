"""Corrections leave once their time to be taken back is over, as many as the pace allows."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, exists, insert, select, update

from triagebot.store import events, outbound_rows, windows
from triagebot.store.recalls import State
from triagebot.store.tables import outbound as texts
from triagebot.store.tables import recall, recall_fan
from triagebot.store.times import to_ms


def send_due(connection: Connection, now: datetime, limit: int) -> int:
    """Queue corrections for up to `limit` fans whose time has come; return how many.

    Who could be written to when it was ordered and cannot any more is unreachable.
    """
    source = recall_fan.join(recall, recall.c.id == recall_fan.c.recall_id)
    due = select(recall_fan, recall.c.text, recall.c.agent_id).select_from(source)
    due = due.where(recall_fan.c.state == State.HELD, recall.c.starts_at <= to_ms(now))
    rows = connection.execute(due.order_by(recall_fan.c.id).limit(limit)).all()
    open_windows = windows.of(connection, [row.conversation_id for row in rows])
    for row in rows:
        window = open_windows.get(row.conversation_id)
        if window is None or not window.left(now):
            _mark(connection, row.id, State.UNREACHABLE, None)
        else:
            _mark(connection, row.id, State.SENT, _queue(connection, row, now))
    for number in {row.recall_id for row in rows}:
        left = exists().where(recall_fan.c.recall_id == number, recall_fan.c.state == State.HELD)
        going = connection.execute(select(left)).scalar_one()
        state = State.GOING if going else State.DONE
        connection.execute(update(recall).where(recall.c.id == number).values(state=state))
    return len(rows)


def _queue(connection: Connection, row: Row[Any], now: datetime) -> int:
    queued = outbound_rows.State.QUEUED
    query = insert(texts).values(
        conversation_id=row.conversation_id,
        agent_id=row.agent_id,
        text=row.text,
        client_id=f"recall-{row.recall_id}",
        state=queued,
        attempts=0,
        created_at=to_ms(now),
        due_at=to_ms(now),
        error="",
    )
    number: int = connection.execute(query.returning(texts.c.id)).scalar_one()
    payload = {"outbound_id": str(number), "from": "agent", "state": queued.value}
    events.emit(connection, "message", row.conversation_id, payload)
    return number


def _mark(connection: Connection, number: int, state: State, sent: int | None) -> None:
    query = update(recall_fan).where(recall_fan.c.id == number)
    connection.execute(query.values(state=state, outbound_id=sent))
