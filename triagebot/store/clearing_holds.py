"""Hold a decision on many for a while, so that it can be taken back before anything leaves.

While it is held the conversations are the agent's, set aside: nobody else works on them and the
bot is silent.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, func, insert, select, update

from triagebot.domain.conversation import Status
from triagebot.errors import Conflict, NotFound
from triagebot.store import audit_log, bulk, events
from triagebot.store.clearings import ClearingRow, ItemState, State, Target, get, set_state
from triagebot.store.conversation_rows import ConversationRow, select_rows, to_row
from triagebot.store.tables import clearing, clearing_item, conversation, message
from triagebot.store.times import from_ms, to_ms
from triagebot.store.waiting import IS_WAITING

HOLD = timedelta(seconds=60)


def add(
    connection: Connection,
    agent_id: int,
    targets: Sequence[Target],
    text: str,
    intent: str | None,
    now: datetime,
) -> tuple[ClearingRow, dict[int, str]]:
    """Hold the conversations that still wait as they were seen, for `HOLD`.

    Returns the clearing and, by conversation, why others were left out: `taken` by somebody,
    `wrote` since, `over` when the platform lets nobody write any more, `used_up` when not now.
    """
    found = _waiting(connection, [target.conversation_id for target in targets])
    reasons = {
        target.conversation_id: why
        for target in targets
        if (why := _left_out(target, found.get(target.conversation_id), bool(text), now))
    }
    kept = [target for target in targets if target.conversation_id not in reasons]
    number = _insert(connection, agent_id, text, intent, now, size=len(kept), keeps=False)
    _insert_items(connection, number, kept, ItemState.HELD)
    _move(connection, [each.conversation_id for each in kept], Status.SNOOZED, agent_id)
    detail = {"clearing": str(number), "n": str(len(kept))}
    audit_log.note(connection, audit_log.by_agent(agent_id), "clear", now, detail=detail)
    return get(connection, number), reasons


def add_labels(
    connection: Connection, agent_id: int, targets: Sequence[Target], intent: str, now: datetime
) -> ClearingRow:
    """Note that many were labelled at once; the conversations go on waiting."""
    number = _insert(connection, agent_id, "", intent, now, size=len(targets), keeps=True)
    _insert_items(connection, number, targets, ItemState.HELD)
    return get(connection, number)


def undo(connection: Connection, clearing_id: int, agent_id: int, now: datetime) -> ClearingRow:
    """Take back what has not left: those conversations wait again, in their old places.

    Raises `NotFound` for a clearing that is not the agent's, `Conflict` when all of it has left.
    """
    row = get(connection, clearing_id)
    if row.agent_id != agent_id:
        raise NotFound("There is no such decision of yours.")
    held = _held(connection, clearing_id)
    if row.state not in (State.HELD, State.GOING) or not held:
        raise Conflict("It has all gone out.", fields={"state": row.state.value})
    mine = (clearing_item.c.clearing_id == clearing_id) & (clearing_item.c.state == ItemState.HELD)
    connection.execute(update(clearing_item).where(mine).values(state=ItemState.UNDONE))
    if not row.keeps:
        _move(connection, held, Status.OPEN, None, holder=agent_id)
    set_state(connection, clearing_id, State.UNDONE)
    detail = {"clearing": str(clearing_id), "n": str(len(held))}
    audit_log.note(connection, audit_log.by_agent(agent_id), "unclear", now, detail=detail)
    return get(connection, clearing_id)


def _waiting(
    connection: Connection, ids: Sequence[int]
) -> dict[int, tuple[ConversationRow, int | None]]:
    """Return those that still wait, locked, each with its newest message that has words."""
    said = (message.c.conversation_id == conversation.c.id) & (message.c.text != "")
    newest_id = select(func.max(message.c.id)).where(said).scalar_subquery()
    query = select_rows().add_columns(newest_id.label("newest_id"))
    query = query.where(IS_WAITING, conversation.c.id.in_(ids)).order_by(conversation.c.id)
    if not bulk.is_sqlite(connection):
        query = query.with_for_update(of=conversation)
    return {row.id: (to_row(row), row.newest_id) for row in connection.execute(query)}


def _left_out(
    target: Target, known: tuple[ConversationRow, int | None] | None, writes: bool, now: datetime
) -> str | None:
    if known is None:
        return "taken"
    row, newest_id = known
    if newest_id != target.newest_id:
        return "wrote"
    if writes and from_ms(0) < row.window_until <= now:
        return "over"
    return "used_up" if writes and row.messages_left == 0 else None


def _insert(
    connection: Connection,
    agent_id: int,
    text: str,
    intent: str | None,
    now: datetime,
    *,
    size: int,
    keeps: bool,
) -> int:
    query = insert(clearing).values(
        agent_id=agent_id,
        text=text,
        intent=intent,
        keeps=keeps,
        state=State.HELD,
        size=size,
        created_at=to_ms(now),
        starts_at=to_ms(now + HOLD),
    )
    number: int = connection.execute(query.returning(clearing.c.id)).scalar_one()
    return number


def _insert_items(
    connection: Connection, number: int, targets: Sequence[Target], state: ItemState
) -> None:
    names = ("clearing_id", "conversation_id", "message_id", "newest_id", "state")
    rows = [
        (number, each.conversation_id, each.message_id, each.newest_id, state.value)
        for each in targets
    ]
    bulk.insert(connection, clearing_item, names, rows)


def _move(
    connection: Connection,
    ids: Sequence[int],
    status: Status,
    agent_id: int | None,
    holder: int | None = None,
) -> None:
    """Hand over all at once and tell the screens; with `holder` only those they still have."""
    query = update(conversation).where(conversation.c.id.in_(ids))
    if holder is not None:
        query = query.where(conversation.c.agent_id == holder)
    values = {"status": status, "agent_id": agent_id, "fence": conversation.c.fence + 1}
    moved = connection.execute(query.values(**values).returning(conversation.c.id)).scalars()
    for number in moved.all():
        events.emit(connection, "conversation", number, {"change": "clear"})


def _held(connection: Connection, clearing_id: int) -> list[int]:
    query = select(clearing_item.c.conversation_id)
    own = (clearing_item.c.clearing_id == clearing_id) & (clearing_item.c.state == ItemState.HELD)
    return list(connection.execute(query.where(own)).scalars())
