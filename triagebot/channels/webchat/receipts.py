"""Mark what agents wrote as delivered once the fan's page has asked for what comes after it."""

from __future__ import annotations

from functools import partial

from triagebot.store import bulk, events, outbound, tables
from triagebot.store.database import Database
from triagebot.store.outbound_rows import State
from triagebot.store.times import to_ms

DELIVERED = ("state", "sent_at", "attempts")


async def mark_read(db: Database, conversation_id: int, up_to: int) -> int:
    """Mark the queued texts of a conversation up to an id as delivered; return how many."""
    # A page asks with the last id it has, so only the few texts just before it can be new to us.
    texts = await db.read(outbound.thread, conversation_id, max(0, up_to - 100), 100)
    unread = [row.id for row in texts if row.id <= up_to and row.state is State.QUEUED]
    if not unread:
        return 0
    now = to_ms(db.clock())
    rows = [(State.DELIVERED.value, now, 1, number) for number in unread]
    steps = [partial(bulk.update, table=tables.outbound, names=DELIVERED, rows=rows)]
    steps += [
        partial(
            events.emit,
            kind="message",
            conversation_id=conversation_id,
            payload={"outbound_id": str(number), "from": "agent", "state": State.DELIVERED.value},
        )
        for number in unread
    ]
    await db.write(lambda connection: list(map(lambda step: step(connection), steps)))
    return len(unread)
