"""Takes the words out of what is too old; what was decided stays countable."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, select, text, update

from triagebot.store import checksums, seals, search
from triagebot.store.tables import audit_log, conversation, label, message, outbound
from triagebot.store.times import to_ms

Mask = Callable[[str], str]

_PROGRESS = "SELECT value FROM progress WHERE name = 'retention'"
_SET_PROGRESS = """
INSERT INTO progress (name, value) VALUES ('retention', :value)
ON CONFLICT (name) DO UPDATE SET value = excluded.value
"""


def forget_words(connection: Connection, before: datetime, mask: Mask, limit: int = 200) -> int:
    """Empty up to `limit` messages that came before a moment; return how many, 0 when all are.

    What somebody labelled is kept for training, with personal data masked. The bot's reply and
    the channel's details go in any case.
    """
    done = connection.execute(text(_PROGRESS)).scalar() or 0
    query = select(message).where(message.c.id > done).order_by(message.c.id).limit(limit)
    rows = [row for row in connection.execute(query) if row.received_at < to_ms(before)]
    labelled = _labelled(connection, [row.id for row in rows])
    for row in rows:
        _empty(connection, row, mask(row.text) if row.id in labelled else "")
    if rows:
        connection.execute(text(_SET_PROGRESS), {"value": rows[-1].id})
    return len(rows)


def forget_talks(connection: Connection, before: datetime) -> int:
    """Empty what conversations and texts of agents from before a moment repeat of them."""
    old = (conversation.c.last_at < to_ms(before)) & (conversation.c.last_text != "")
    blank = update(conversation).where(old).values(last_text="", last_question="")
    texts = (outbound.c.created_at < to_ms(before)) & (outbound.c.text != "")
    sent = texts & outbound.c.state.not_in(("queued", "sending", "held"))
    emptied = connection.execute(update(outbound).where(sent).values(text="")).rowcount
    return connection.execute(blank).rowcount + emptied


def forget_deeds(connection: Connection, before: datetime) -> int:
    """Delete what the log holds from before a moment, whole seals of it; return how many rows."""
    old = audit_log.c.id <= seals.last_before(connection, before)
    return connection.execute(delete(audit_log).where(old)).rowcount


def _labelled(connection: Connection, ids: Sequence[int]) -> set[int]:
    query = select(label.c.message_id).where(
        label.c.message_id.in_(ids), label.c.withdrawn_at.is_(None)
    )
    return set(connection.execute(query).scalars())


def _empty(connection: Connection, row: Row[Any], words: str) -> None:
    search.remove(connection, row.id, row.text)
    values: dict[str, Any] = {"text": words, "detail": "{}", "reply": None}
    if row.crc is not None and checksums.is_sound(row):
        whole = {**row._mapping, **values}
        values["crc"] = checksums.of([whole[name] for name in checksums.COVERED])
    connection.execute(update(message).where(message.c.id == row.id).values(**values))
