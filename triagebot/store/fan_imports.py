"""How far each channel's list of followers has been read, so that a long import goes on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from triagebot.store import fans
from triagebot.store.tables import fan_import
from triagebot.store.times import from_ms, to_ms


@dataclass(frozen=True, slots=True)
class ImportRow:
    """`seen` followers of `total` were read, `new` were not known; it goes on after `next`."""

    channel: str
    next: str
    seen: int
    new: int
    total: int
    started_at: datetime
    finished_at: datetime | None


def begin(connection: Connection, channel: str, now: datetime, *, again: bool = False) -> ImportRow:
    """Return the import that is under way, or begin one; with `again` always from the start."""
    known = get(connection, channel)
    if known and known.finished_at is None and not again:
        return known
    connection.execute(delete(fan_import).where(fan_import.c.channel == channel))
    blank: dict[str, Any] = {"next": "", "seen": 0, "new": 0, "total": 0}
    query = insert(fan_import).values(channel=channel, started_at=to_ms(now), **blank)
    connection.execute(query)
    return ImportRow(channel, "", 0, 0, 0, now, None)


def get(connection: Connection, channel: str) -> ImportRow | None:
    """Return a channel's last import."""
    row = connection.execute(select(fan_import).where(fan_import.c.channel == channel)).first()
    if row is None:
        return None
    return ImportRow(row.channel, row.next, row.seen, row.new, row.total,
                     from_ms(row.started_at), from_ms(row.finished_at))  # fmt: skip


def take(
    connection: Connection, channel: str, openids: Sequence[str], total: int, now: datetime
) -> None:
    """Note followers, and that they were read; both or neither.

    The list goes on after the last id of any stretch of it, so the next call continues here.
    """
    new = fans.add_followers(connection, channel, openids, now)
    values = {
        "next": openids[-1],
        "seen": fan_import.c.seen + len(openids),
        "new": fan_import.c.new + new,
        "total": total,
    }
    own = fan_import.c.channel == channel
    connection.execute(update(fan_import).where(own).values(**values))


def finish(connection: Connection, channel: str, now: datetime) -> ImportRow:
    """Note that the list has been read to its end."""
    own = fan_import.c.channel == channel
    connection.execute(update(fan_import).where(own).values(next="", finished_at=to_ms(now)))
    found = get(connection, channel)
    if found is None:
        return begin(connection, channel, now)
    return found
