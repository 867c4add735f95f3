"""Who did what, when; rows are only ever added."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, insert, select

from triagebot.store.tables import audit_log
from triagebot.store.times import from_ms, to_ms

_ADD = insert(audit_log)


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One deed: `who` is `agent:<id>` or the name of a part of the program."""

    id: int
    at: datetime
    who: str
    what: str
    conversation_id: int | None
    detail: Mapping[str, str]


def by_agent(agent_id: int) -> str:
    """Return the `who` of a person."""
    return f"agent:{agent_id}"


def note(
    connection: Connection,
    who: str,
    what: str,
    now: datetime,
    *,
    conversation_id: int | None = None,
    detail: Mapping[str, str] | None = None,
) -> None:
    """Add a row. `detail` holds names and ids, never what a fan wrote."""
    row = {"at": to_ms(now), "who": who, "what": what, "conversation_id": conversation_id}
    connection.execute(_ADD, {**row, "detail": msgspec.json.encode(detail or {}).decode()})


def newest(
    connection: Connection,
    limit: int = 100,
    before: int | None = None,
    what: str = "",
    who: str = "",
) -> list[AuditRow]:
    """Return up to `limit` rows, newest first.

    With `before` only those older than this id, with `what` and `who` only such deeds.
    """
    query = select(audit_log).order_by(audit_log.c.id.desc()).limit(limit)
    if before is not None:
        query = query.where(audit_log.c.id < before)
    if what:
        query = query.where(audit_log.c.what == what)
    if who:
        query = query.where(audit_log.c.who == who)
    return [_row(row) for row in connection.execute(query)]


def newest_of(connection: Connection, conversation_id: int) -> AuditRow | None:
    """Return the last deed on a conversation, if there was any."""
    query = select(audit_log).where(audit_log.c.conversation_id == conversation_id)
    row = connection.execute(query.order_by(audit_log.c.id.desc()).limit(1)).first()
    return _row(row) if row else None


def _row(row: Row[Any]) -> AuditRow:
    return AuditRow(
        id=row.id,
        at=from_ms(row.at),
        who=row.who,
        what=row.what,
        conversation_id=row.conversation_id,
        detail=msgspec.json.decode(row.detail),
    )
