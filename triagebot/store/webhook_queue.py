"""The news that webhooks are still to be told, and how each try ended."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, delete, select, update

from triagebot.store.tables import webhook_delivery
from triagebot.store.times import from_ms, to_ms


class Told(StrEnum):
    """Where a piece of news is: `gone` when what it was about was erased meanwhile."""

    QUEUED = "queued"
    SENDING = "sending"
    DONE = "done"
    FAILED = "failed"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class DeliveryRow:
    """One piece of news for one webhook; `payload` holds ids and states, never texts."""

    id: int
    webhook_id: int
    kind: str
    subject: str
    payload: Mapping[str, str]
    conversation_id: int | None
    state: Told
    attempts: int
    created_at: datetime
    done_at: datetime | None
    status: int | None
    error: str


def claim(
    connection: Connection, webhook_id: int, now: datetime, limit: int = 20
) -> list[DeliveryRow]:
    """Mark the oldest due news of a webhook as `sending` and return them."""
    table = webhook_delivery.c
    due = (table.webhook_id == webhook_id) & (table.state == Told.QUEUED)
    query = select(table.id).where(due, table.due_at <= to_ms(now)).order_by(table.id)
    ids = connection.execute(query.limit(limit)).scalars().all()
    mark = update(webhook_delivery).where(table.id.in_(ids), table.state == Told.QUEUED)
    # Until then nobody else takes them; who dies meanwhile leaves them to be told again.
    mark = mark.values(state=Told.SENDING, due_at=to_ms(now), attempts=table.attempts + 1)
    rows = connection.execute(mark.returning(webhook_delivery)).all()
    return sorted((to_delivery(row) for row in rows), key=lambda row: row.id)


def recover(connection: Connection, before: datetime) -> int:
    """Queue again what has been `sending` since before a moment; return how many.

    The other side may have it already: it knows it by its key.
    """
    table = webhook_delivery.c
    lost = (table.state == Told.SENDING) & (table.due_at < to_ms(before))
    query = update(webhook_delivery).where(lost).values(state=Told.QUEUED)
    return connection.execute(query).rowcount


def settle(
    connection: Connection,
    row: DeliveryRow,
    state: Told,
    now: datetime,
    *,
    status: int | None = None,
    error: str = "",
    due_at: datetime | None = None,
) -> None:
    """Write how a try ended; with `due_at` it is tried again then."""
    values = {"state": state, "status": status, "error": error[:200]}
    times = {"due_at": to_ms(due_at or now), "done_at": None if due_at else to_ms(now)}
    own = webhook_delivery.c.id == row.id
    connection.execute(update(webhook_delivery).where(own).values(**values, **times))


def put_back(connection: Connection, ids: Sequence[int], due_at: datetime) -> None:
    """Queue for `due_at` what was claimed and then not tried."""
    table = webhook_delivery.c
    values = {"state": Told.QUEUED, "due_at": to_ms(due_at), "attempts": table.attempts - 1}
    connection.execute(update(webhook_delivery).where(table.id.in_(ids)).values(**values))


def try_again(connection: Connection, webhook_id: int, now: datetime) -> None:
    """Queue again, as if never tried, what waits for a webhook and what failed."""
    table = webhook_delivery.c
    own = (table.webhook_id == webhook_id) & table.state.in_((Told.QUEUED, Told.FAILED))
    again = {"state": Told.QUEUED, "attempts": 0, "due_at": to_ms(now), "done_at": None}
    connection.execute(update(webhook_delivery).where(own).values(**again))


def prune(connection: Connection, before: datetime) -> int:
    """Drop news that ended before a moment; return how many."""
    done = webhook_delivery.c.done_at < to_ms(before)
    return connection.execute(delete(webhook_delivery).where(done)).rowcount


def to_delivery(row: Row[Any]) -> DeliveryRow:
    """Read a row of the table."""
    return DeliveryRow(
        id=row.id,
        webhook_id=row.webhook_id,
        kind=row.kind,
        subject=row.subject,
        payload=msgspec.json.decode(row.payload),
        conversation_id=row.conversation_id,
        state=Told(row.state),
        attempts=row.attempts,
        created_at=from_ms(row.created_at),
        done_at=from_ms(row.done_at),
        status=row.status,
        error=row.error,
    )
