"""Messages that are worth a label, and those on which people differ."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, exists, func, select

from triagebot.store.tables import label, message
from triagebot.store.times import to_ms


@dataclass(frozen=True, slots=True)
class Unlabelled:
    """A message with words that nobody labelled, and what the model took it for."""

    id: int
    intent: str
    confidence: float
    text: str


def unlabelled(connection: Connection, limit: int, without: Sequence[int] = ()) -> list[Unlabelled]:
    """Return up to `limit` messages, newest first, but for those in `without`."""
    known = exists().where(label.c.message_id == message.c.id, label.c.withdrawn_at.is_(None))
    columns = (message.c.id, message.c.intent, message.c.confidence, message.c.text)
    query = select(*columns).where(message.c.text != "", message.c.intent.is_not(None), ~known)
    if without:
        query = query.where(message.c.id.not_in(without))
    rows = connection.execute(query.order_by(message.c.id.desc()).limit(limit))
    return [Unlabelled(*row) for row in rows]


def disputed(connection: Connection, limit: int) -> dict[int, list[tuple[str, str]]]:
    """Return the newest messages that people labelled differently, with (who, intent) of each."""
    active = label.c.withdrawn_at.is_(None)
    differ = (
        select(label.c.message_id)
        .where(active)
        .group_by(label.c.message_id)
        .having(func.count(label.c.intent.distinct()) > 1)
        .order_by(label.c.message_id.desc())
        .limit(limit)
    )
    query = select(label.c.message_id, label.c.by, label.c.intent).where(
        active, label.c.message_id.in_(differ)
    )
    found: dict[int, list[tuple[str, str]]] = {}
    for row in connection.execute(query.order_by(label.c.message_id.desc(), label.c.id)):
        found.setdefault(row.message_id, []).append((row.by, row.intent))
    return found


def labelled_since(connection: Connection, by: str, since: datetime) -> int:
    """Return how many messages somebody labelled since a moment."""
    own = (label.c.by == by) & (label.c.at >= to_ms(since)) & label.c.withdrawn_at.is_(None)
    query = select(func.count()).select_from(label).where(own)
    return connection.execute(query).scalar_one()
