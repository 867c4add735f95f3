"""Pictures, voices and videos of fans: wanted, then kept as files, gone, or refused."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import takewhile
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, func, select, update

from triagebot.domain.message import Kind
from triagebot.errors import NotFound
from triagebot.store import bulk, places
from triagebot.store.tables import media, message
from triagebot.store.times import to_ms

SETTLED = timedelta(seconds=60)
_KINDS = (Kind.IMAGE.value, Kind.VOICE.value, Kind.VIDEO.value)
_COLUMNS = ("message_id", "kind", "state", "file", "bytes", "attempts", "due_at", "error")


class MediaState(StrEnum):
    """`gone`: the platform does not have it any more; `dropped`: it was kept, and is too old."""

    WANTED = "wanted"
    KEPT = "kept"
    GONE = "gone"
    REFUSED = "refused"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class MediaRow:
    """What a message holds beside words; `file` is a name in the folder of media."""

    id: int
    message_id: int
    channel: str
    kind: Kind
    detail: Mapping[str, str]
    state: MediaState
    file: str
    size: int
    attempts: int
    error: str


def want_new(connection: Connection, now: datetime, limit: int = 2000) -> int:
    """Want the media of up to `limit` messages that were not looked at yet; return how many."""
    after = places.place(connection, "media")
    said = select(message.c.id, message.c.kind, message.c.channel, message.c.received_at)
    query = said.where(message.c.id > after).order_by(message.c.id).limit(limit)
    rows: Sequence[Any] = connection.execute(query).all()
    if not bulk.is_sqlite(connection):
        settled = to_ms(now - SETTLED)
        rows = list(takewhile(lambda row: row.received_at < settled, rows))
    wanted = [
        (row.id, row.kind, MediaState.WANTED.value, "", 0, 0, to_ms(now), "")
        for row in rows
        if row.kind in _KINDS and row.channel.startswith("wechat:")
    ]
    bulk.insert(connection, media, _COLUMNS, wanted)
    if rows:
        places.move(connection, "media", rows[-1].id)
    return len(rows)


def due(connection: Connection, now: datetime, limit: int = 20) -> list[MediaRow]:
    """Return media that are to be fetched now, the oldest first."""
    wanted = (media.c.state == MediaState.WANTED) & (media.c.due_at <= to_ms(now))
    rows = connection.execute(_select().where(wanted).order_by(media.c.due_at).limit(limit))
    return [_to_row(row) for row in rows]


def of_message(connection: Connection, message_id: int) -> MediaRow:
    """Return what a message holds; raises `NotFound` when it is nothing but words."""
    row = connection.execute(_select().where(media.c.message_id == message_id)).first()
    if row is None:
        raise NotFound("This message has no picture or voice.")
    return _to_row(row)


def keep(connection: Connection, media_id: int, file: str, size: int) -> bool:
    """Note that a file is there; false when the message was erased meanwhile."""
    values = {"state": MediaState.KEPT, "file": file, "bytes": size, "error": ""}
    query = update(media).where(media.c.id == media_id).values(**values)
    return connection.execute(query).rowcount > 0


def end(connection: Connection, media_id: int, state: MediaState, error: str) -> None:
    """Note that a file will not come."""
    query = update(media).where(media.c.id == media_id)
    connection.execute(query.values(state=state, error=error[:200]))


def retry(connection: Connection, media_id: int, due_at: datetime, error: str) -> None:
    """Fetch it again at `due_at`."""
    values = {"due_at": to_ms(due_at), "error": error[:200], "attempts": media.c.attempts + 1}
    connection.execute(update(media).where(media.c.id == media_id).values(**values))


def kept_bytes(connection: Connection) -> int:
    """Return how many bytes all files have."""
    query = select(func.sum(media.c.bytes)).where(media.c.state == MediaState.KEPT)
    return int(connection.execute(query).scalar() or 0)


def oldest(connection: Connection, before: datetime | None, limit: int = 100) -> list[MediaRow]:
    """Return files that were kept longest, with `before` only those received before it."""
    query = _select().where(media.c.state == MediaState.KEPT)
    if before is not None:
        query = query.where(message.c.received_at < to_ms(before))
    return [_to_row(row) for row in connection.execute(query.order_by(media.c.id).limit(limit))]


def drop(connection: Connection, ids: Sequence[int]) -> None:
    """Note that files were deleted."""
    values = {"state": MediaState.DROPPED, "file": "", "bytes": 0}
    connection.execute(update(media).where(media.c.id.in_(ids)).values(**values))


def _select() -> Any:
    source = media.join(message, message.c.id == media.c.message_id)
    return select(media, message.c.channel, message.c.detail).select_from(source)


def _to_row(row: Row[Any]) -> MediaRow:
    return MediaRow(
        id=row.id,
        message_id=row.message_id,
        channel=row.channel,
        kind=Kind(row.kind),
        detail=msgspec.json.decode(row.detail, type=dict[str, str]),
        state=MediaState(row.state),
        file=row.file,
        size=row.bytes,
        attempts=row.attempts,
        error=row.error,
    )
