"""Labels: one active judgement for each message and person; withdrawn ones are kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, insert, select, update

from triagebot.domain.label import Label, Source
from triagebot.errors import BadInput, NotFound
from triagebot.store import bulk, events, messages
from triagebot.store.tables import label, message
from triagebot.store.times import from_ms, to_ms


@dataclass(frozen=True, slots=True)
class LabelRow:
    """A label with its number in the order of entry. Its text is the fan's own, unmasked."""

    id: int
    conversation_id: int
    label: Label


def put(connection: Connection, new: Label) -> LabelRow:
    """Store a label in place of the one that the same person gave the message before.

    The text of `new` is not used: the message has it. Raises `NotFound` without the message.
    """
    number = _number(new.message_id)
    known = messages.get(connection, number)
    _withdraw(connection, number, new.by, new.at)
    query = insert(label).values(
        message_id=number,
        intent=new.intent,
        answer=new.answer,
        source=new.source,
        by=new.by,
        at=to_ms(new.at),
        p_sample=new.p_sample,
        weight=new.weight,
        split=new.split,
        model=new.model,
        shown=new.shown,
    )
    stored = connection.execute(query.returning(label.c.id)).scalar_one()
    _tell(connection, known.conversation_id, number)
    return _to_row(connection.execute(_active().where(label.c.id == stored)).one())


def put_all(connection: Connection, message_ids: Sequence[int], new: Label) -> None:
    """Store the same label for many messages at once, as `put` does for one."""
    _withdraw_all(connection, message_ids, new.by, new.at)
    names = ("message_id", "intent", "answer", "source", "by", "at", "p_sample", "weight", "model")
    shared = (new.intent, new.answer, new.source, new.by, to_ms(new.at), 1.0, new.weight, new.model)
    bulk.insert(connection, label, names, [(number, *shared) for number in message_ids])
    _tell_all(connection, message_ids)


def withdraw_all(
    connection: Connection, message_ids: Sequence[int], by: str, now: datetime
) -> None:
    """Undo a person's labels of many messages; what has none is passed over."""
    _withdraw_all(connection, message_ids, by, now)
    _tell_all(connection, message_ids)


def withdraw(connection: Connection, message_id: int, by: str, now: datetime) -> None:
    """Undo a person's label of a message; raises `NotFound` if there is none."""
    if not _withdraw(connection, message_id, by, now):
        raise NotFound("There is no label to take back.")
    _tell(connection, messages.get(connection, message_id).conversation_id, message_id)


def of_messages(connection: Connection, message_ids: Sequence[int]) -> dict[int, Label]:
    """Return the newest active label of each message that has one, by message id."""
    query = _active().where(label.c.message_id.in_(message_ids)).order_by(label.c.id)
    return {row.message_id: _to_row(row).label for row in connection.execute(query)}


def export(connection: Connection, after: int = 0, limit: int = 1000) -> list[LabelRow]:
    """Return up to `limit` active labels with an id above `after`, in the order of entry."""
    query = _active().where(label.c.id > after).order_by(label.c.id).limit(limit)
    return [_to_row(row) for row in connection.execute(query)]


def newest(connection: Connection, limit: int) -> list[Label]:
    """Return up to `limit` active labels, the newest first."""
    rows = connection.execute(_active().order_by(label.c.id.desc()).limit(limit))
    return [_to_row(row).label for row in rows]


def _withdraw(connection: Connection, message_id: int, by: str, now: datetime) -> bool:
    own = (label.c.message_id == message_id) & (label.c.by == by)
    query = update(label).where(own, label.c.withdrawn_at.is_(None))
    return connection.execute(query.values(withdrawn_at=to_ms(now))).rowcount > 0


def _withdraw_all(
    connection: Connection, message_ids: Sequence[int], by: str, now: datetime
) -> None:
    own = label.c.message_id.in_(message_ids) & (label.c.by == by)
    query = update(label).where(own, label.c.withdrawn_at.is_(None))
    connection.execute(query.values(withdrawn_at=to_ms(now)))


def _tell_all(connection: Connection, message_ids: Sequence[int]) -> None:
    query = select(message.c.id, message.c.conversation_id).where(message.c.id.in_(message_ids))
    for row in connection.execute(query):
        _tell(connection, row.conversation_id, row.id)


def _tell(connection: Connection, conversation_id: int, message_id: int) -> None:
    payload = {"message_id": str(message_id), "from": "fan", "change": "label"}
    events.emit(connection, "message", conversation_id, payload)


def _active() -> Select[Any]:
    source = label.join(message, message.c.id == label.c.message_id)
    query = select(label, message.c.text, message.c.conversation_id).select_from(source)
    return query.where(label.c.withdrawn_at.is_(None))


def _number(message_id: str) -> int:
    if not message_id.isdecimal():
        raise BadInput("A label needs the number of its message.", fields={"message_id": "number"})
    return int(message_id)


def _to_row(row: Row[Any]) -> LabelRow:
    known = Label(
        text=row.text,
        intent=row.intent,
        source=Source(row.source),
        by=row.by,
        at=from_ms(row.at),
        message_id=str(row.message_id),
        answer=row.answer,
        p_sample=row.p_sample,
        weight=row.weight,
        split=row.split,
        model=row.model,
        shown=row.shown,
        fan=str(row.conversation_id),
    )
    return LabelRow(row.id, row.conversation_id, known)
