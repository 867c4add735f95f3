"""Webhooks: whom we tell what happens, and whether they listen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, Select, delete, func, insert, select, update

from triagebot.errors import NotFound
from triagebot.store import audit_log, places, webhook_queue
from triagebot.store.tables import event, message, webhook, webhook_delivery
from triagebot.store.times import from_ms, to_ms
from triagebot.store.webhook_queue import DeliveryRow, Told, to_delivery


@dataclass(frozen=True, slots=True)
class WebhookRow:
    """Whom we tell what; `reason` says why it is disabled, or fails at the moment."""

    id: int
    url: str
    subscriptions: tuple[str, ...]
    secret: str
    created_at: datetime
    failing_since: datetime | None
    disabled_at: datetime | None
    reason: str
    waiting: int = 0


def add(
    connection: Connection,
    url: str,
    subscriptions: Sequence[str],
    secret: str,
    by: str,
    now: datetime,
) -> WebhookRow:
    """Add a webhook, which is told what happens from now on, and note who did."""
    if connection.execute(_live()).first() is None:
        for name, newest in (("webhook_events", event), ("webhook_messages", message)):
            last = connection.execute(select(func.max(newest.c.id))).scalar() or 0
            places.move(connection, name, last)
    values = {"url": url, "secret": secret, "reason": "", "created_at": to_ms(now)}
    packed = msgspec.json.encode(list(subscriptions)).decode()
    query = insert(webhook).values(**values, subscriptions=packed).returning(webhook.c.id)
    number = connection.execute(query).scalar_one()
    audit_log.note(connection, by, "add_webhook", now, detail={"webhook": str(number)})
    return get(connection, number)


def get(connection: Connection, webhook_id: int) -> WebhookRow:
    """Return one; raises `NotFound`."""
    row = connection.execute(_select().where(webhook.c.id == webhook_id)).first()
    if row is None:
        raise NotFound("There is no such webhook.")
    return _to_row(row)


def everything(connection: Connection) -> list[WebhookRow]:
    """Return all, oldest first, with how much waits for each."""
    return [_to_row(row) for row in connection.execute(_select().order_by(webhook.c.id))]


def remove(connection: Connection, webhook_id: int, by: str, now: datetime) -> None:
    """Delete one with its queue, and note who did; raises `NotFound`."""
    get(connection, webhook_id)
    own = webhook_delivery.c.webhook_id == webhook_id
    connection.execute(delete(webhook_delivery).where(own))
    connection.execute(delete(webhook).where(webhook.c.id == webhook_id))
    audit_log.note(connection, by, "remove_webhook", now, detail={"webhook": str(webhook_id)})


def enable(connection: Connection, webhook_id: int, by: str, now: datetime) -> WebhookRow:
    """Let one that was disabled be told news again, what failed meanwhile too."""
    get(connection, webhook_id)
    clean = {"disabled_at": None, "failing_since": None, "reason": ""}
    connection.execute(update(webhook).where(webhook.c.id == webhook_id).values(**clean))
    webhook_queue.try_again(connection, webhook_id, now)
    audit_log.note(connection, by, "enable_webhook", now, detail={"webhook": str(webhook_id)})
    return get(connection, webhook_id)


def deliveries(
    connection: Connection, webhook_id: int, before: int | None = None, limit: int = 50
) -> list[DeliveryRow]:
    """Return up to `limit` news of a webhook, newest first; raises `NotFound`."""
    get(connection, webhook_id)
    table = webhook_delivery.c
    query = select(webhook_delivery).where(table.webhook_id == webhook_id)
    if before is not None:
        query = query.where(table.id < before)
    rows = connection.execute(query.order_by(table.id.desc()).limit(limit))
    return [to_delivery(row) for row in rows]


def mark(
    connection: Connection, webhook_id: int, reason: str, now: datetime, *, disable: bool = False
) -> None:
    """Note that a webhook fails, since when, and why; with `disable` it is told nothing more."""
    since = func.coalesce(webhook.c.failing_since, to_ms(now))
    values: dict[str, Any] = {"failing_since": since, "reason": reason[:200]}
    if disable:
        values["disabled_at"] = to_ms(now)
        detail = {"webhook": str(webhook_id), "reason": reason[:200]}
        audit_log.note(connection, "webhooks", "disable_webhook", now, detail=detail)
    connection.execute(update(webhook).where(webhook.c.id == webhook_id).values(**values))


def works(connection: Connection, webhook_id: int) -> None:
    """Note that a webhook took something."""
    own = (webhook.c.id == webhook_id) & webhook.c.failing_since.is_not(None)
    connection.execute(update(webhook).where(own).values(failing_since=None, reason=""))


def _live() -> Select[Any]:
    return select(webhook.c.id).where(webhook.c.disabled_at.is_(None)).limit(1)


def _select() -> Select[Any]:
    waiting = select(func.count()).select_from(webhook_delivery)
    own = webhook_delivery.c.webhook_id == webhook.c.id
    waiting = waiting.where(own, webhook_delivery.c.state.in_((Told.QUEUED, Told.SENDING)))
    return select(webhook, waiting.scalar_subquery().label("waiting"))


def _to_row(row: Row[Any]) -> WebhookRow:
    return WebhookRow(
        id=row.id,
        url=row.url,
        subscriptions=tuple(msgspec.json.decode(row.subscriptions)),
        secret=row.secret,
        created_at=from_ms(row.created_at),
        failing_since=from_ms(row.failing_since),
        disabled_at=from_ms(row.disabled_at),
        reason=row.reason,
        waiting=row.waiting,
    )
