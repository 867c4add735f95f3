"""What happens to a decision on many once its time to be taken back is over."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, select, update

from triagebot.domain.conversation import Status
from triagebot.errors import Conflict
from triagebot.store import conversations, events, outbound, outbound_rows
from triagebot.store.clearings import ItemState, State, set_state
from triagebot.store.tables import clearing, clearing_item, conversation, message
from triagebot.store.tables import outbound as texts
from triagebot.store.times import to_ms

_OWN = clearing_item.join(clearing, clearing.c.id == clearing_item.c.clearing_id)


def send_due(connection: Connection, now: datetime, limit: int) -> int:
    """Write to up to `limit` fans whose time has come, soonest window first; return how many.

    Each is closed once its text is queued, unless the fan has written since: then it waits again.
    """
    _end_labels(connection, now)
    rows = connection.execute(_due(now).limit(limit)).all()
    for row in rows:
        _mark(connection, row.item, *_send(connection, row, now))
    for number in {row.clearing_id for row in rows}:
        left = select(func.count()).select_from(clearing_item)
        left = left.where(clearing_item.c.clearing_id == number)
        held = connection.execute(left.where(clearing_item.c.state == ItemState.HELD)).scalar_one()
        set_state(connection, number, State.GOING if held else State.DONE)
    _end_empty(connection, now)
    return len(rows)


def reopen_failed(connection: Connection, now: datetime) -> int:
    """Put fans whom a sent text did not reach back in the queue; return how many."""
    ended = texts.c.state.in_((outbound_rows.State.FAILED, outbound_rows.State.UNCERTAIN))
    source = clearing_item.join(texts, texts.c.id == clearing_item.c.outbound_id)
    query = select(clearing_item.c.id, clearing_item.c.conversation_id).select_from(source)
    rows = connection.execute(query.where(clearing_item.c.state == ItemState.SENT, ended)).all()
    for row in rows:
        _mark(connection, row.id, ItemState.FAILED, None)
        closed = conversation.c.status == Status.RESOLVED
        back = update(conversation).where(conversation.c.id == row.conversation_id, closed)
        values = {
            "status": Status.OPEN,
            "agent_id": None,
            "opened_at": to_ms(now),
            "waiting_since": func.coalesce(conversation.c.waiting_since, to_ms(now)),
            "fence": conversation.c.fence + 1,
        }
        connection.execute(back.values(**values))
        events.emit(connection, "conversation", row.conversation_id, {"change": "failed"})
    return len(rows)


def _due(now: datetime) -> Any:
    source = _OWN.join(conversation, conversation.c.id == clearing_item.c.conversation_id)
    active = clearing.c.state.in_((State.HELD, State.GOING)) & (clearing.c.starts_at <= to_ms(now))
    held = clearing_item.c.state == ItemState.HELD
    query = select(
        clearing_item.c.id.label("item"),
        clearing_item.c.clearing_id,
        clearing_item.c.conversation_id,
        clearing_item.c.newest_id,
        clearing.c.text,
        clearing.c.agent_id,
        conversation.c.agent_id.label("holder"),
    )
    query = query.select_from(source).where(active, held, clearing.c.keeps.is_(False))
    return query.order_by(conversation.c.window_until, clearing_item.c.id)


def _send(connection: Connection, row: Row[Any], now: datetime) -> tuple[ItemState, int | None]:
    if row.holder != row.agent_id:  # somebody took care of it meanwhile
        return ItemState.SKIPPED, None
    number, wrote = row.conversation_id, _wrote_since(connection, row)
    sent = None
    try:
        if row.text:
            client_id = f"clearing-{row.clearing_id}"
            sent = outbound.add(connection, number, row.agent_id, row.text, client_id, now).id
        end = conversations.release if wrote else conversations.resolve
        end(connection, number, row.agent_id, now)
    except Conflict:
        return ItemState.SKIPPED, sent
    return (ItemState.SENT if sent else ItemState.CLOSED), sent


def _wrote_since(connection: Connection, row: Row[Any]) -> bool:
    said = (message.c.conversation_id == row.conversation_id) & (message.c.text != "")
    query = select(func.max(message.c.id)).where(said)
    newest: int = connection.execute(query).scalar_one()
    return bool(newest != row.newest_id)


def _mark(connection: Connection, item: int, state: ItemState, sent: int | None) -> None:
    values: dict[str, Any] = {"state": state}
    if sent is not None:
        values["outbound_id"] = sent
    connection.execute(update(clearing_item).where(clearing_item.c.id == item).values(**values))


def _end_labels(connection: Connection, now: datetime) -> None:
    """Let stand what only labels: it has nothing to send."""
    over = (clearing.c.state == State.HELD) & (clearing.c.starts_at <= to_ms(now))
    query = update(clearing).where(over, clearing.c.keeps.is_(True))
    connection.execute(query.values(state=State.DONE))


def _end_empty(connection: Connection, now: datetime) -> None:
    """End what has nobody left to write to."""
    over = clearing.c.state.in_((State.HELD, State.GOING)) & (clearing.c.starts_at <= to_ms(now))
    held = select(clearing_item.c.id).where(
        clearing_item.c.clearing_id == clearing.c.id, clearing_item.c.state == ItemState.HELD
    )
    query = update(clearing).where(over, ~held.exists(), clearing.c.keeps.is_(False))
    connection.execute(query.values(state=State.DONE))
