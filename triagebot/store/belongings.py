"""Everything that the store holds of one fan: to give it to them, or to forget it.

What belongs to a fan is not listed by hand, so that a table that somebody adds is not forgotten:
it is every row with the fan's channel and id, and every row that points to such a row. The log of
deeds is kept: it holds ids, never what a fan wrote.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    Integer,
    Table,
    delete,
    false,
    insert,
    or_,
    select,
    update,
)

from triagebot.domain.conversation import Status
from triagebot.store import audit_log, bulk, checksums, search
from triagebot.store.tables import (
    agent,
    conversation,
    fan,
    label,
    media,
    message,
    metadata,
    outbound,
)
from triagebot.store.tables import audit_log as deeds
from triagebot.store.times import from_ms

Mask = Callable[[str], str]

_POINTERS: Mapping[str, Table] = {
    "conversation_id": conversation,
    "message_id": message,
    "outbound_id": outbound,
    "fan_id": fan,
}
"""What columns of these names point to, with or without a foreign key."""
_MOMENTS = ("_at", "_since", "_until")
_PACKED = frozenset({"detail", "options", "offered", "payload", "reply"})
_SHOWN = 4


@dataclass(frozen=True, slots=True)
class Erased:
    """How many rows of which table are gone; `kept` labelled texts stay without the person.

    `files` are the names of media that nobody points to any more.
    """

    rows: dict[str, int] = field(default_factory=dict)
    kept: int = 0
    files: tuple[str, ...] = ()

    @property
    def total(self) -> int:
        """All rows that are gone."""
        return sum(self.rows.values())


def export(connection: Connection, channel: str, who: str) -> dict[str, list[dict[str, Any]]]:
    """Return all rows of a fan by table, in order; times are ISO 8601 in UTC."""
    found = {}
    for table, condition in _owned(channel, who):
        query = select(table).where(condition).order_by(*table.primary_key.columns)
        if rows := [_shown(row._mapping) for row in connection.execute(query)]:
            found[table.name] = rows
    return found


def note_export(connection: Connection, channel: str, who: str, by: str, now: datetime) -> None:
    """Note in the log that somebody was given what is held of a fan."""
    audit_log.note(connection, by, "export_fan", now, detail=_named_shortly(channel, who))


def erase(
    connection: Connection,
    channel: str,
    who: str,
    *,
    by: str,
    now: datetime,
    keep_labelled: Mask | None = None,
) -> Erased:
    """Delete all of a fan and note that in the log; nothing left to delete is no deed.

    With `keep_labelled`, which masks personal data in a text, messages that somebody labelled
    stay for training, under a name that leads to nobody.
    """
    _overwrite(connection, on=True)
    kept = _part(connection, channel, who, keep_labelled) if keep_labelled else 0
    _forget_words(connection, channel, who)
    files = _files(connection, channel, who)
    rows = {}
    for table, condition in reversed(list(_owned(channel, who))):
        if count := connection.execute(delete(table).where(condition)).rowcount:
            rows[table.name] = count
    _overwrite(connection, on=False)
    erased = Erased(rows, kept, files)
    if erased.total:
        detail = {**_named_shortly(channel, who), "rows": str(erased.total)}
        audit_log.note(connection, by, "erase_fan", now, detail=detail)
    return erased


def _named_shortly(channel: str, who: str) -> dict[str, str]:
    return {"channel": channel, "fan": who[-_SHOWN:]}


def _overwrite(connection: Connection, *, on: bool) -> None:
    """Let SQLite write over what it deletes; it would else stay readable in the file a while."""
    if bulk.is_sqlite(connection):
        connection.exec_driver_sql(f"PRAGMA secure_delete = {'ON' if on else 'OFF'}")


def _owned(channel: str, who: str) -> Iterator[tuple[Table, ColumnElement[bool]]]:
    """Yield each table with the condition for the fan's rows, in the order of their making."""
    named, pointing = [], []
    for table in metadata.sorted_tables:
        if table in (agent, deeds):
            continue
        if "channel" in table.c and "fan" in table.c:
            named.append((table, _named(table, channel, who)))
        elif any(_target(column) is not None for column in table.c):
            pointing.append((table, _condition(table, channel, who)))
    yield from named
    yield from pointing


def _named(table: Table, channel: str, who: str) -> ColumnElement[bool]:
    return (table.c.channel == channel) & (table.c.fan == who)


def _condition(table: Table, channel: str, who: str) -> ColumnElement[bool]:
    """Return the condition for rows that carry the fan's id or point to rows that are theirs."""
    if "channel" in table.c and "fan" in table.c:
        return _named(table, channel, who)
    ways = []
    for column in table.c:
        target = _target(column)
        if target is not None and target is not table:
            ids = select(target.c.id).where(_condition(target, channel, who))
            ways.append(column.in_(ids))
    return or_(*ways) if ways else false()


def _target(column: Column[Any]) -> Table | None:
    for key in column.foreign_keys:
        if key.column.table is not agent and key.column.name == "id":
            return key.column.table
    is_number = isinstance(column.type, (BigInteger, Integer))
    return _POINTERS.get(column.name) if is_number else None


def _forget_words(connection: Connection, channel: str, who: str) -> None:
    query = select(message.c.id, message.c.text).where(_named(message, channel, who))
    for row in connection.execute(query).all():
        search.remove(connection, row.id, row.text)


def _files(connection: Connection, channel: str, who: str) -> tuple[str, ...]:
    query = select(media.c.file).where(_condition(media, channel, who), media.c.file != "")
    return tuple(connection.execute(query).scalars())


def _part(connection: Connection, channel: str, who: str, mask: Mask) -> int:
    """Give the labelled messages to a nobody; return how many there are."""
    labelled = select(label.c.message_id).where(label.c.withdrawn_at.is_(None))
    query = select(message).where(_named(message, channel, who), message.c.id.in_(labelled))
    rows = connection.execute(query).all()
    if not rows:
        return 0
    nobody = f"erased-{secrets.token_hex(8)}"
    home = _empty_conversation(connection, channel, who, nobody)
    for row in rows:
        search.remove(connection, row.id, row.text)
        values = {
            "conversation_id": home,
            "fan": nobody,
            "key": secrets.token_hex(16),
            "text": mask(row.text),
            "detail": "{}",
            "reply": None,
        }
        whole = {**row._mapping, **values}
        values["crc"] = checksums.of([whole[name] for name in checksums.COVERED])
        connection.execute(update(message).where(message.c.id == row.id).values(**values))
    return len(rows)


def _empty_conversation(connection: Connection, channel: str, who: str, nobody: str) -> int:
    query = select(conversation).where(_named(conversation, channel, who))
    known = dict(connection.execute(query).one()._mapping)
    del known["id"]
    blank = {"fan": nobody, "status": Status.RESOLVED, "agent_id": None, "last_text": "",
             "last_question": "", "unread": 0, "window_until": 0}  # fmt: skip
    made = insert(conversation).values(**{**known, **blank}).returning(conversation.c.id)
    number: int = connection.execute(made).scalar_one()
    return number


def _shown(row: Mapping[Any, Any]) -> dict[str, Any]:
    return {name: _value(name, value) for name, value in row.items() if name != "crc"}


def _value(name: str, value: Any) -> Any:
    if isinstance(value, int) and (name == "at" or name.endswith(_MOMENTS)):
        return from_ms(value).isoformat().replace("+00:00", "Z") if value else None
    return msgspec.json.decode(value) if value and name in _PACKED else value
