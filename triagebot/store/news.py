"""What has happened that webhooks may want to know: from events, and from fans' messages.

Events hold what people look at; most messages are the bot's own traffic and have none, so those
are read from their table. A subject that comes both ways is queued once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import takewhile
from typing import Any

import msgspec
from sqlalchemy import Connection, exists, select, text

from triagebot.domain.decision import Action
from triagebot.store import bulk, events, places
from triagebot.store.events import EventRow
from triagebot.store.tables import message, webhook, webhook_delivery
from triagebot.store.times import to_ms
from triagebot.store.webhook_queue import Told

MESSAGE_CREATED = "message_created"
MESSAGE_UPDATED = "message_updated"
CONVERSATION_CREATED = "conversation_created"
STATUS_CHANGED = "conversation_status_changed"
CONVERSATION_UPDATED = "conversation_updated"
HANDOFF = "handoff"
LABEL_CREATED = "label_created"
MODEL_CHANGED = "model_changed"
KINDS = (
    MESSAGE_CREATED,
    MESSAGE_UPDATED,
    CONVERSATION_CREATED,
    STATUS_CHANGED,
    CONVERSATION_UPDATED,
    HANDOFF,
    LABEL_CREATED,
    MODEL_CHANGED,
)

SETTLED = timedelta(seconds=60)
_COLUMNS = ("webhook_id", "kind", "subject", "payload", "conversation_id", "state", "attempts",
            "created_at", "due_at", "error")  # fmt: skip
_STATUS_OF = {"resolve": "resolved", "reopen": "open", "hand_back": "pending", "snooze": "snoozed",
              "wake": "open"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class News:
    """One thing that happened; `subject` is the same for the same thing, always."""

    kind: str
    subject: str
    conversation_id: int | None
    payload: Mapping[str, str]


def collect(connection: Connection, now: datetime, limit: int = 500) -> int:
    """Queue what has happened since the last time for all who want it; return how much was read.

    The first time, and while nobody listens, only the place is moved on.
    """
    wanted = _subscriptions(connection)
    if not wanted:
        skip(connection)
        return 0
    told, read = _of_events(connection, limit)
    said, seen = _of_messages(connection, now, limit)
    moment = to_ms(now)
    rows = [
        (webhook_id, each.kind, each.subject, _packed(each), each.conversation_id,
         Told.QUEUED.value, 0, moment, moment, "")
        for each in (*told, *said)
        for webhook_id, kinds in wanted.items()
        if each.kind in kinds
    ]  # fmt: skip
    bulk.insert(connection, webhook_delivery, _COLUMNS, rows)
    return read + seen


def skip(connection: Connection) -> None:
    """Let what has happened so far be told to nobody."""
    places.move(connection, "webhook_events", events.newest(connection))
    places.move(connection, "webhook_messages", _last_message(connection))


def of_event(event: EventRow) -> Iterator[News]:
    """Yield what an event tells the world."""
    said, number = event.payload, event.conversation_id
    subject = f"e{event.id}"
    if event.kind == "model":
        yield News(MODEL_CHANGED, subject, None, said)
    elif event.kind == "message" and said.get("change") == "label":
        yield News(LABEL_CREATED, subject, number, said)
    elif event.kind == "message" and "outbound_id" in said:
        yield from _of_text(subject, number, said)
    elif event.kind == "conversation" and said.get("change") in _STATUS_OF:
        status = {"status": _STATUS_OF[said["change"]]}
        yield News(STATUS_CHANGED, subject, number, status)
    elif event.kind == "conversation" and said.get("change") not in ("message", "answer"):
        yield News(CONVERSATION_UPDATED, subject, number, said)


def _of_text(subject: str, number: int | None, said: Mapping[str, str]) -> Iterator[News]:
    if said.get("state") == "queued":
        yield News(MESSAGE_CREATED, f"o{said['outbound_id']}", number, said)
    if said.get("state") in ("delivered", "failed", "uncertain"):
        yield News(MESSAGE_UPDATED, subject, number, said)


def _of_events(connection: Connection, limit: int) -> tuple[list[News], int]:
    after = places.place(connection, "webhook_events")
    batch = events.read_after(connection, after, limit)
    if batch:
        places.move(connection, "webhook_events", batch[-1].id)
    numbers = [
        int(event.payload["message_id"])
        for event in batch
        if event.kind == "message" and event.payload.keys() == {"message_id", "from"}
    ]
    found = [news for event in batch for news in of_event(event)]
    query = select(*_SAID).where(message.c.id.in_(numbers)).order_by(message.c.id)
    found += _of_rows(connection.execute(query).all() if numbers else [])
    return found, len(batch)


def _of_messages(connection: Connection, now: datetime, limit: int) -> tuple[list[News], int]:
    after = places.place(connection, "webhook_messages")
    query = select(*_SAID).where(message.c.id > after).order_by(message.c.id).limit(limit)
    rows: Sequence[Any] = connection.execute(query).all()
    if not bulk.is_sqlite(connection):
        settled = to_ms(now - SETTLED)
        rows = list(takewhile(lambda row: row.received_at < settled, rows))
    if rows:
        places.move(connection, "webhook_messages", rows[-1].id)
    return list(_of_rows(rows)), len(rows)


_EARLIER = message.alias()
_SAID = (
    message.c.id,
    message.c.conversation_id,
    message.c.action,
    message.c.received_at,
    ~exists()
    .where(_EARLIER.c.conversation_id == message.c.conversation_id, _EARLIER.c.id < message.c.id)
    .label("is_first"),
)


def _of_rows(rows: Iterable[Any]) -> Iterator[News]:
    for row in rows:
        payload = {"message_id": str(row.id), "from": "fan"}
        subject = f"m{row.id}"
        yield News(MESSAGE_CREATED, subject, row.conversation_id, payload)
        if row.is_first:
            yield News(CONVERSATION_CREATED, subject, row.conversation_id, {})
        if row.action == Action.HUMAN:
            yield News(HANDOFF, subject, row.conversation_id, payload)
            yield News(STATUS_CHANGED, subject, row.conversation_id, {"status": "open"})


def _subscriptions(connection: Connection) -> dict[int, frozenset[str]]:
    query = select(webhook.c.id, webhook.c.subscriptions).where(webhook.c.disabled_at.is_(None))
    rows = connection.execute(query)
    return {row.id: frozenset(msgspec.json.decode(row.subscriptions)) for row in rows}


def _packed(news: News) -> str:
    return msgspec.json.encode(news.payload).decode()


def _last_message(connection: Connection) -> int:
    sql = text("SELECT id FROM message ORDER BY id DESC LIMIT 1")
    return connection.execute(sql).scalar() or 0
