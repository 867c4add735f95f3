"""What a candidate would have done with live messages, counted by what would change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, select, text

from triagebot.domain.change import Change
from triagebot.store import following
from triagebot.store.following import Stretch
from triagebot.store.tables import message, shadow_change, shadow_seen
from triagebot.store.times import from_ms, to_ms

MOST_PAIRS = 500
"""Further ones are counted as one, so that a wild candidate cannot fill the disk."""

MOST_MESSAGES = 20
"""Ids of messages that are kept for each pair: the newest."""

OTHER = ("other", "other")

NAME = "shadow"
"""Whose progress through the messages it is."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What a candidate was shown since `since`; `changed` of `seen` messages would differ."""

    candidate: str
    base: str
    since: datetime
    until: datetime
    seen: int
    skipped: int
    changed: int


def add(
    connection: Connection,
    names: tuple[str, str],
    stretch: Stretch,
    changes: Sequence[Change],
    now: datetime,
) -> None:
    """Count a stretch; `names` are candidate and base."""
    following.advance(connection, NAME, stretch)
    counts = {
        "candidate": names[0],
        "base": names[1],
        "now": to_ms(now),
        "seen": len(stretch.heard),
        "skipped": stretch.skipped,
        "changed": sum(change.n for change in changes),
    }
    connection.execute(text(_SEEN), counts)
    known = {(row.before, row.after): _change(row) for row in connection.execute(_of(*names))}
    touched = set()
    for change in changes:
        pair = (change.before, change.after)
        if pair not in known and len(known) >= MOST_PAIRS:
            pair = OTHER
        known[pair] = _sum(pair, known.get(pair), change)
        touched.add(pair)
    for pair in touched:
        connection.execute(text(_CHANGE), _values(names, known[pair]))


def read(connection: Connection, candidate: str, base: str) -> tuple[Seen, list[Change]] | None:
    """Return what a candidate was shown beside `base`, the dearest change first, or None."""
    table = shadow_seen.c
    query = select(shadow_seen).where(table.candidate == candidate, table.base == base)
    row = connection.execute(query).first()
    if row is None:
        return None
    order = shadow_change.c.at_stake.desc(), shadow_change.c.n.desc(), shadow_change.c.before
    changes = [_change(each) for each in connection.execute(_of(candidate, base).order_by(*order))]
    seen = Seen(
        candidate, base, from_ms(row.since), from_ms(row.until), row.seen, row.skipped, row.changed
    )
    return seen, changes


def texts(connection: Connection, message_ids: Sequence[int]) -> Mapping[int, str]:
    """Return the words of those messages that still exist."""
    query = select(message.c.id, message.c.text).where(message.c.id.in_(message_ids))
    return {row.id: row.text for row in connection.execute(query)}


def _of(candidate: str, base: str) -> Any:
    table = shadow_change.c
    return select(shadow_change).where(table.candidate == candidate, table.base == base)


def _sum(pair: tuple[str, str], old: Change | None, new: Change) -> Change:
    n, stake, ids = (old.n, old.at_stake, old.message_ids) if old else (0, 0.0, ())
    ids = (*ids, *new.message_ids)[-MOST_MESSAGES:]
    return Change(*pair, n + new.n, stake + new.at_stake, ids)


def _values(names: tuple[str, str], change: Change) -> dict[str, Any]:
    return {
        "candidate": names[0],
        "base": names[1],
        "before": change.before,
        "after": change.after,
        "n": change.n,
        "at_stake": change.at_stake,
        "message_ids": msgspec.json.encode(change.message_ids).decode(),
    }


def _change(row: Row[Any]) -> Change:
    ids = tuple(msgspec.json.decode(row.message_ids, type=list[int]))
    return Change(row.before, row.after, row.n, row.at_stake, ids)


_SEEN = """
INSERT INTO shadow_seen (candidate, base, since, until, seen, skipped, changed)
VALUES (:candidate, :base, :now, :now, :seen, :skipped, :changed)
ON CONFLICT (candidate, base) DO UPDATE SET until = excluded.until,
  seen = shadow_seen.seen + excluded.seen, skipped = shadow_seen.skipped + excluded.skipped,
  changed = shadow_seen.changed + excluded.changed
"""

_CHANGE = """
INSERT INTO shadow_change (candidate, base, before, after, n, at_stake, message_ids)
VALUES (:candidate, :base, :before, :after, :n, :at_stake, :message_ids)
ON CONFLICT (candidate, base, before, after) DO UPDATE SET n = excluded.n,
  at_stake = excluded.at_stake, message_ids = excluded.message_ids
"""
