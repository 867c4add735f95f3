"""What goes out to fans beside their own requests, from the queue to its one visible end.

Agents' texts, and replies of the bot that came too late for the request. A text is `queued`,
becomes `sending` before the platform is called, and ends `delivered`, `failed`, or `uncertain`
when nobody can know; an uncertain one is not sent again by itself. One that is `held` waits for
the fan to write, as the platform wants it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, exists, insert, select, text, update

from triagebot.domain.decision import Reason
from triagebot.errors import Conflict, NotFound
from triagebot.store import conversations, events, tables
from triagebot.store.outbound_rows import OutboundRow, State, select_rows, to_row
from triagebot.store.tables import UNSENT, conversation, outbound
from triagebot.store.talks import SHOWN
from triagebot.store.times import to_ms

_WAITING = (State.QUEUED, State.HELD)
IS_UNSENT = text(f"outbound.{UNSENT}")


def add(
    connection: Connection,
    conversation_id: int,
    agent_id: int,
    text: str,
    client_id: str,
    now: datetime,
) -> OutboundRow:
    """Queue a text; the same `client_id` again gives the row there is.

    Takes the conversation if nobody has it. Raises `Conflict` if somebody else has, `NotFound`.
    """
    same = (outbound.c.conversation_id == conversation_id) & (outbound.c.client_id == client_id)
    known = connection.execute(select_rows().where(same)).first()
    if known is not None:
        return to_row(known)
    conversations.take(connection, conversation_id, agent_id, now)
    values = {"conversation_id": conversation_id, "agent_id": agent_id, "text": text}
    query = insert(outbound).values(
        **values,
        client_id=client_id,
        state=State.QUEUED,
        attempts=0,
        created_at=to_ms(now),
        due_at=to_ms(now),
        error="",
    )
    number = connection.execute(query.returning(outbound.c.id)).scalar_one()
    _answered(connection, conversation_id, agent_id, text, now)
    return _changed(connection, number)


def get(connection: Connection, outbound_id: int) -> OutboundRow:
    """Return one text; raises `NotFound`."""
    row = connection.execute(select_rows().where(outbound.c.id == outbound_id)).first()
    if row is None:
        raise NotFound("There is no such text.")
    return to_row(row)


def thread(
    connection: Connection, conversation_id: int, after: int = 0, limit: int = 200
) -> list[OutboundRow]:
    """Return up to `limit` texts of a conversation with an id above `after`, oldest first."""
    query = select_rows().where(
        outbound.c.conversation_id == conversation_id, outbound.c.id > after
    )
    rows = connection.execute(query.order_by(outbound.c.id).limit(limit))
    return [to_row(row) for row in rows]


def claim(
    connection: Connection, channel: str, now: datetime, limit: int = 20
) -> list[OutboundRow]:
    """Mark texts of a channel as `sending` and return them, the oldest of each fan only.

    The next of a fan comes after the one before has ended, so the order is kept.
    """
    earlier = outbound.alias()
    unsent = earlier.c.state.in_((State.QUEUED, State.SENDING, State.HELD))
    blocked = exists().where(unsent, earlier.c.id < outbound.c.id)
    blocked = blocked.where(earlier.c.conversation_id == outbound.c.conversation_id)
    is_due = (outbound.c.state == State.QUEUED) & (outbound.c.due_at <= to_ms(now))
    # A held text is due when the fan has written since.
    is_due |= (outbound.c.state == State.HELD) & (conversation.c.window_until > outbound.c.due_at)
    due = select_rows().with_only_columns(outbound.c.id).where(IS_UNSENT, is_due, ~blocked)
    # Plain columns would lead planners to read all fans of the channel, or all texts by their id.
    due = due.where(conversation.c.channel + "" == channel).order_by(outbound.c.id + 0).limit(limit)
    ids = connection.execute(due).scalars().all()
    # The state is checked again: another node may have been first.
    mark = update(outbound).where(outbound.c.id.in_(ids), outbound.c.state.in_(_WAITING))
    mark = mark.values(state=State.SENDING, sent_at=to_ms(now), attempts=outbound.c.attempts + 1)
    mine = connection.execute(mark.returning(outbound.c.id)).scalars().all() if ids else []
    return [_changed(connection, number) for number in sorted(mine)]


def finish(connection: Connection, outbound_id: int, state: State, error: str = "") -> OutboundRow:
    """End a text that is `sending` as delivered, failed or uncertain; else `Conflict`."""
    return _move(connection, outbound_id, (State.SENDING,), {"state": state, "error": error})


def retry(connection: Connection, outbound_id: int, due_at: datetime, error: str) -> OutboundRow:
    """Queue again, for `due_at`, a text that the platform has certainly not taken."""
    values = {"state": State.QUEUED, "due_at": to_ms(due_at), "error": error}
    return _move(connection, outbound_id, (State.SENDING,), values)


def hold(connection: Connection, outbound_id: int, error: str) -> OutboundRow:
    """Keep a text until its fan writes again, at the latest until their window closes."""
    window = select(conversation.c.window_until).where(
        conversation.c.id == outbound.c.conversation_id
    )
    values = {"state": State.HELD, "due_at": window.scalar_subquery(), "error": error}
    return _move(connection, outbound_id, (State.SENDING,), values)


def expire(connection: Connection, now: datetime) -> list[OutboundRow]:
    """End as failed what was held until its fan's window closed."""
    over = (outbound.c.state == State.HELD) & (outbound.c.due_at <= to_ms(now))
    opened = exists().where(
        conversation.c.id == outbound.c.conversation_id,
        conversation.c.window_until > outbound.c.due_at,
    )
    query = update(outbound).where(IS_UNSENT, over, ~opened).values(state=State.FAILED)
    numbers = connection.execute(query.returning(outbound.c.id)).scalars().all()
    return [_changed(connection, number) for number in sorted(numbers)]


def resend(connection: Connection, outbound_id: int, now: datetime) -> OutboundRow:
    """Queue again a failed or uncertain text, because a person says so."""
    values = {"state": State.QUEUED, "due_at": to_ms(now), "error": ""}
    return _move(connection, outbound_id, (State.FAILED, State.UNCERTAIN), values)


def interrupted(connection: Connection, before: datetime) -> list[OutboundRow]:
    """End as uncertain what has been `sending` since before a moment: its sender died."""
    lost = (outbound.c.state == State.SENDING) & (outbound.c.sent_at < to_ms(before))
    mark = (
        update(outbound).where(IS_UNSENT, lost).values(state=State.UNCERTAIN, error="interrupted")
    )
    numbers = connection.execute(mark.returning(outbound.c.id)).scalars().all()
    return [_changed(connection, number) for number in sorted(numbers)]


def _move(
    connection: Connection, outbound_id: int, origins: Sequence[State], values: dict[str, Any]
) -> OutboundRow:
    query = update(outbound).where(outbound.c.id == outbound_id, outbound.c.state.in_(origins))
    if connection.execute(query.values(**values)).rowcount == 0:
        state = get(connection, outbound_id).state
        raise Conflict(f"The text is {state} already.", fields={"state": state})
    return _changed(connection, outbound_id)


def _changed(connection: Connection, outbound_id: int) -> OutboundRow:
    row = get(connection, outbound_id)
    sender = "bot" if row.agent_id is None else "agent"
    payload = {"outbound_id": str(row.id), "from": sender, "state": row.state}
    events.emit(connection, "message", row.conversation_id, payload)
    if row.agent_id is None and row.state in (State.FAILED, State.UNCERTAIN):
        # Nobody else would ever see that the fan was left without an answer.
        conversations.call_person(connection, row.conversation_id, Reason.UNDELIVERED)
    return row


def _answered(
    connection: Connection, conversation_id: int, agent_id: int, text: str, now: datetime
) -> None:
    own = (conversation.c.id == conversation_id) & (conversation.c.agent_id == agent_id)
    query = update(conversation).where(own)
    changes = {"last_text": text[:SHOWN], "unread": 0, "waiting_since": None}
    query = query.values(**tables.changed_at(to_ms(now)), **changes)
    if connection.execute(query).rowcount == 0:
        raise Conflict("The conversation has changed hands.", fields={"fence": "stale"})
    events.emit(connection, "conversation", conversation_id, {"change": "answer"})
