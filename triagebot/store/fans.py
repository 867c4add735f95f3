"""Fans: noted behind the messages that they send, so that storing a message pays nothing."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import takewhile
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, Select, select, text, update

from triagebot.domain.message import Event
from triagebot.errors import NotFound
from triagebot.store import bulk, places
from triagebot.store.tables import fan, message
from triagebot.store.times import from_ms, to_ms

SETTLED = timedelta(seconds=60)
"""On PostgreSQL a lower id may be committed after a higher one, but never so much later."""

_NEW = ("channel", "fan", "first_at", "came_by", "scene", "remark", "unionid")


@dataclass(frozen=True, slots=True)
class FanRow:
    """A fan of one channel.

    `follows` is None where nobody follows (web chat) or nobody has said. `scene` is the QR code
    they last followed by, `came_by` WeChat's word for the way. `asked_at` is when the channel was
    last asked about them.
    """

    id: int
    channel: str
    fan: str
    first_at: datetime
    follows: bool | None = None
    followed_at: datetime | None = None
    left_at: datetime | None = None
    came_by: str = ""
    scene: str = ""
    remark: str = ""
    unionid: str = ""
    asked_at: datetime | None = None


def get(connection: Connection, fan_id: int) -> FanRow:
    """Return a fan; raises `NotFound`."""
    row = connection.execute(select(fan).where(fan.c.id == fan_id)).first()
    if row is None:
        raise NotFound("There is no such fan.")
    return to_row(row)


def find(connection: Connection, channel: str, who: str) -> FanRow | None:
    """Return the fan with a channel's own id, if they are known."""
    row = connection.execute(_same(channel, who)).first()
    return to_row(row) if row else None


def ensure(connection: Connection, channel: str, who: str, now: datetime) -> FanRow:
    """Return a fan, noted now when they were not yet."""
    bulk.insert(connection, fan, _NEW, [(channel, who, to_ms(now), "", "", "", "")])
    return to_row(connection.execute(_same(channel, who)).one())


def note_new(connection: Connection, now: datetime, limit: int = 2000) -> int:
    """Note who sent up to `limit` messages that were not looked at yet; return how many.

    Follows, leaves and scans are taken in as well, in the order in which they came.
    """
    after = places.place(connection, "fans")
    span = connection.execute(text(_NEXT), {"after": after, "limit": limit}).all()
    if not bulk.is_sqlite(connection):
        settled = to_ms(now - SETTLED)
        span = list(takewhile(lambda row: row.received_at < settled, span))
    if not span:
        return 0
    last = span[-1].id
    connection.execute(text(_NOTE), {"after": after, "last": last})
    acts = select(message.c.channel, message.c.fan, message.c.event, message.c.detail,
                  message.c.sent_at).where(
        message.c.id > after, message.c.id <= last, message.c.event.in_(_ACTS)
    )  # fmt: skip
    for row in connection.execute(acts.order_by(message.c.id)).all():
        _follow(connection, row)
    places.move(connection, "fans", last)
    return len(span)


def add_followers(
    connection: Connection, channel: str, openids: Sequence[str], now: datetime
) -> int:
    """Note that all of these follow; return how many were not known. Others stay as they are."""
    moment = to_ms(now)
    rows = [(channel, openid, moment, "", "", "", "") for openid in openids]
    new = bulk.insert(connection, fan, _NEW, rows)
    found = bulk.find(
        connection, fan, ("id", "follows"), ("channel", "fan"), [(channel, o) for o in openids]
    )
    changed = [(True, None, row.id) for row in found if not row.follows]
    bulk.update(connection, fan, ("follows", "left_at"), changed)
    return new


def describe(
    connection: Connection, fan_id: int, values: Mapping[str, Any], now: datetime
) -> FanRow:
    """Take in what the channel says of a fan; `values` are columns, times as moments."""
    kept = {
        name: to_ms(value) if isinstance(value, datetime) else value
        for name, value in values.items()
    }
    query = update(fan).where(fan.c.id == fan_id).values(**kept, asked_at=to_ms(now))
    connection.execute(query)
    return get(connection, fan_id)


def left_before(connection: Connection, moment: datetime, limit: int = 100) -> list[FanRow]:
    """Return up to `limit` fans who left before `moment` and have not come back."""
    gone = (fan.c.left_at.is_not(None)) & (fan.c.left_at < to_ms(moment))
    rows = connection.execute(select(fan).where(gone).order_by(fan.c.left_at).limit(limit))
    return [to_row(row) for row in rows]


def to_row(row: Row[Any]) -> FanRow:
    """Turn a row of the table into its value."""
    return FanRow(
        id=row.id,
        channel=row.channel,
        fan=row.fan,
        first_at=from_ms(row.first_at),
        follows=None if row.follows is None else bool(row.follows),
        followed_at=from_ms(row.followed_at),
        left_at=from_ms(row.left_at),
        came_by=row.came_by,
        scene=row.scene,
        remark=row.remark,
        unionid=row.unionid,
        asked_at=from_ms(row.asked_at),
    )


def _same(channel: str, who: str) -> Select[Any]:
    return select(fan).where(fan.c.channel == channel, fan.c.fan == who)


def _follow(connection: Connection, row: Any) -> None:
    values: dict[str, Any] = {}
    scene = msgspec.json.decode(row.detail, type=dict[str, str]).get("scene", "")
    if row.event == Event.FOLLOW:
        # What WeChat said before they left is old now.
        values = {"follows": True, "followed_at": row.sent_at, "left_at": None, "asked_at": None}
    elif row.event == Event.UNFOLLOW:
        values = {"follows": False, "left_at": row.sent_at}
    if scene and row.event != Event.UNFOLLOW:
        values["scene"] = scene[:200]
    if values:
        same = (fan.c.channel == row.channel) & (fan.c.fan == row.fan)
        connection.execute(update(fan).where(same).values(**values))


_ACTS: Collection[str] = (Event.FOLLOW.value, Event.UNFOLLOW.value, Event.SCAN.value)
_NEXT = "SELECT id, received_at FROM message WHERE id > :after ORDER BY id LIMIT :limit"
_NOTE = """
INSERT INTO fan (channel, fan, first_at, came_by, scene, remark, unionid)
SELECT channel, fan, min(received_at), '', '', '', ''
FROM message WHERE id > :after AND id <= :last GROUP BY channel, fan
ON CONFLICT (channel, fan) DO NOTHING
"""
