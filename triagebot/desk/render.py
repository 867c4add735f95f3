"""Turn stored events into what screens draw: whole rows and items, never only ids."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import TypeVar

import msgspec

from triagebot.desk.rows import conversation_row, message_items, note_item, outbound_item
from triagebot.desk.shapes import MessageEvent, ModelEvent, ThreadItem
from triagebot.desk.team_shapes import MentionEvent, TypingEvent
from triagebot.errors import NotFound
from triagebot.store import conversations, labels, messages, notes, outbound
from triagebot.store.database import Database
from triagebot.store.events import EventRow
from triagebot.store.notes import NoteRow
from triagebot.store.outbound_rows import OutboundRow
from triagebot.web.sse import ServerEvent

T = TypeVar("T")
R = TypeVar("R", OutboundRow, NoteRow)


async def render(db: Database, batch: Sequence[EventRow]) -> list[ServerEvent]:
    """Return what a batch of events shows, ids strictly ascending.

    A conversation is shown once, at its last event: what it is now. What was deleted meanwhile is
    passed over. A bot's reply follows its message with an id half a step on, as screens drop what
    is not newer than what they have.
    """
    last = {row.conversation_id: row for row in batch if row.kind == "conversation"}
    rows = await _conversations(db, last.values())
    events = [
        ServerEvent(str(row.id), "conversation", rows[row.conversation_id])
        for row in last.values()
        if row.conversation_id in rows
    ]
    events += await _messages(db, [row for row in batch if row.kind == "message"])
    events += [
        ServerEvent(str(row.id), row.kind, msgspec.json.encode(ModelEvent(row.payload["name"])))
        for row in batch
        if row.kind in ("model", "catalogue")
    ]
    events += [
        ServerEvent(str(row.id), row.kind, msgspec.json.encode(_told(row)))
        for row in batch
        if row.kind in ("mention", "typing")
    ]
    return sorted(events, key=lambda event: float(event.id))


def _told(row: EventRow) -> MentionEvent | TypingEvent:
    number, payload = str(row.conversation_id), row.payload
    if row.kind == "typing":
        return TypingEvent(number, payload["agent_id"], payload["name"])
    return MentionEvent(payload["agent_id"], payload["by"], number)


async def _conversations(db: Database, events: Iterable[EventRow]) -> dict[int | None, bytes]:
    wanted = [row.conversation_id for row in events if row.conversation_id is not None]
    if not wanted:
        return {}
    found = await db.read(lambda connection: known(partial(conversations.get, connection), wanted))
    return {number: msgspec.json.encode(conversation_row(row)) for number, row in found.items()}


async def _messages(db: Database, events: Sequence[EventRow]) -> list[ServerEvent]:
    said = _numbers(events, "message_id")
    written = _numbers(events, "outbound_id")
    noted = _numbers(events, "note_id")
    if not (said or written or noted):
        return []
    rows, labelled, texts, hints = await db.read(
        lambda connection: (
            known(partial(messages.get, connection), said.values()),
            labels.of_messages(connection, list(said.values())),
            known(partial(outbound.get, connection), written.values()),
            known(partial(notes.get, connection), noted.values()),
        )
    )
    shown = []
    for event_id, number in said.items():
        if number in rows:
            row = rows[number]
            items = message_items(row, labelled.get(number))
            shown += [
                _event(place, row.conversation_id, item)
                for place, item in zip((f"{event_id}", f"{event_id}.5"), items, strict=False)
            ]
    return [*shown, *_items(written, texts, outbound_item), *_items(noted, hints, note_item)]


def _items(
    numbers: Mapping[int, int], rows: Mapping[int, R], item: Callable[[R], ThreadItem]
) -> Iterator[ServerEvent]:
    for event_id, number in numbers.items():
        if number in rows:
            row = rows[number]
            yield _event(str(event_id), row.conversation_id, item(row))


def _event(place: str, conversation_id: int, item: ThreadItem) -> ServerEvent:
    data = msgspec.json.encode(MessageEvent(str(conversation_id), item))
    return ServerEvent(place, "message", data)


def _numbers(events: Iterable[EventRow], name: str) -> dict[int, int]:
    return {row.id: int(row.payload[name]) for row in events if name in row.payload}


def known(get: Callable[[int], T], numbers: Iterable[int]) -> dict[int, T]:
    """Return what `get` gives for each number, without those it raises `NotFound` for."""
    found = {}
    for number in set(numbers):
        try:
            found[number] = get(number)
        except NotFound:
            continue
    return found
