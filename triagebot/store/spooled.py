"""The rows of a spool, a SQLite file with one table."""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec
from sqlalchemy import (
    URL,
    Column,
    Connection,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    delete,
    func,
    select,
    update,
)
from sqlalchemy.dialects.sqlite import insert

from triagebot.domain.message import Inbound
from triagebot.errors import Busy
from triagebot.store import engines
from triagebot.store.times import to_ms

ATTEMPTS = 3
"""A message that fails so often while the store is well is given up, and kept for a person."""

_metadata = MetaData()
_spooled = Table(
    "spooled",
    _metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("channel", Text, nullable=False),
    Column("fan", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("inbound", Text, nullable=False),
    Column("crc", Integer, nullable=False),
    Column("kept_at", Integer, nullable=False),
    Column("attempts", Integer, nullable=False, default=0),
    UniqueConstraint("channel", "fan", "key"),
    sqlite_autoincrement=True,
)
_inbound = msgspec.json.Decoder(Inbound)

_USED = """
SELECT (p.page_count - f.freelist_count) * s.page_size
FROM pragma_page_count AS p, pragma_freelist_count AS f, pragma_page_size AS s
"""

Fan = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Spooled:
    """A message in the file; `inbound` is None when the disk altered it."""

    id: int
    fan: Fan
    inbound: Inbound | None
    attempts: int


def prepare(url: URL) -> None:
    """Make the tables."""
    engine = engines.writing_engine(url, lock_seconds=3.0)
    with engine.begin() as connection:
        _metadata.create_all(connection)
        connection.exec_driver_sql("CREATE TABLE IF NOT EXISTS touched (at INTEGER)")
    engine.dispose()


def fans(connection: Connection) -> Counter[Fan]:
    """Count the messages that are not given up, by fan."""
    query = select(_spooled.c.channel, _spooled.c.fan, func.count())
    query = query.where(_spooled.c.attempts < ATTEMPTS)
    rows = connection.execute(query.group_by(_spooled.c.channel, _spooled.c.fan))
    return Counter({(channel, fan): count for channel, fan, count in rows})


def keep(connection: Connection, inbound: Inbound, now: datetime, max_bytes: int) -> bool:
    """Add a message and return whether it is new. Raises `Busy` at `max_bytes`."""
    if connection.exec_driver_sql(_USED).scalar_one() >= max_bytes:
        raise Busy("The spool is full.")
    text = msgspec.json.encode(inbound).decode()
    values = {"channel": inbound.channel, "fan": inbound.fan, "key": inbound.key}
    query = insert(_spooled).values(
        **values, inbound=text, crc=zlib.crc32(text.encode()), kept_at=to_ms(now), attempts=0
    )
    return bool(connection.execute(query.on_conflict_do_nothing()).rowcount)


def oldest(connection: Connection, limit: int) -> list[Spooled]:
    """Return up to `limit` messages that are not given up, oldest first."""
    query = select(_spooled).where(_spooled.c.attempts < ATTEMPTS)
    rows = connection.execute(query.order_by(_spooled.c.id).limit(limit))
    return [
        Spooled(row.id, (row.channel, row.fan), _read(row.inbound, row.crc), row.attempts)
        for row in rows
    ]


def _read(text: str, crc: int) -> Inbound | None:
    encoded = text.encode("utf-8", "surrogatepass")
    return _inbound.decode(encoded) if zlib.crc32(encoded) == crc else None


def drop(connection: Connection, ids: Sequence[int]) -> None:
    """Delete messages."""
    connection.execute(delete(_spooled).where(_spooled.c.id.in_(ids)))


def failed(connection: Connection, ids: Sequence[int]) -> None:
    """Count one more vain try."""
    again = update(_spooled).where(_spooled.c.id.in_(ids))
    connection.execute(again.values(attempts=_spooled.c.attempts + 1))


def touch(connection: Connection, now: datetime) -> None:
    """Write something."""
    connection.exec_driver_sql("DELETE FROM touched")
    connection.exec_driver_sql("INSERT INTO touched VALUES (?)", (to_ms(now),))
