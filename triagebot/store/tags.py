"""Tags of channels, on fans: what is changed here is `pending` until the channel knows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from triagebot.errors import BadInput
from triagebot.store import bulk, fans
from triagebot.store.tables import fan, fan_tag, tag

ADD, REMOVE = "add", "remove"
MAX_BYTES = 30
MOST_ON_A_FAN = 20


@dataclass(frozen=True, slots=True)
class TagRow:
    """A tag; `remote_id` is the channel's own number, None while the channel has none."""

    id: int
    channel: str
    name: str
    remote_id: int | None
    fans: int = 0


@dataclass(frozen=True, slots=True)
class PendingTag:
    """A change of tags that a channel is to be told: `add` or `remove`."""

    fan_id: int
    fan: str
    tag: TagRow
    change: str


def everything(connection: Connection, channel: str = "") -> list[TagRow]:
    """Return all tags, of one channel or of all, with how many fans have each."""
    count = func.count(fan_tag.c.fan_id).filter(fan_tag.c.pending != REMOVE)
    source = tag.outerjoin(fan_tag, fan_tag.c.tag_id == tag.c.id)
    query = select(tag, count.label("fans")).select_from(source).group_by(tag.c.id)
    if channel:
        query = query.where(tag.c.channel == channel)
    rows = connection.execute(query.order_by(tag.c.channel, tag.c.name))
    return [_to_row(row, row.fans) for row in rows]


def put(connection: Connection, fan_id: int, names: Sequence[str]) -> None:
    """Give a fan exactly these tags; the channel is told later. Raises `NotFound`, `BadInput`."""
    channel = fans.get(connection, fan_id).channel
    wanted = {_named(connection, channel, name) for name in dict.fromkeys(names)}
    if len(wanted) > MOST_ON_A_FAN:
        raise BadInput("A fan has at most 20 tags.", fields={"tags": "count"})
    query = select(fan_tag).where(fan_tag.c.fan_id == fan_id)
    known = {row.tag_id: row.pending for row in connection.execute(query)}
    for tag_id in wanted - known.keys():
        connection.execute(insert(fan_tag).values(fan_id=fan_id, tag_id=tag_id, pending=ADD))
    for tag_id, pending in known.items():
        if (tag_id in wanted) == (pending == REMOVE):
            _change(connection, fan_id, tag_id, _next(pending, tag_id in wanted))


def sync(connection: Connection, channel: str, remote: Mapping[int, str]) -> None:
    """Take in the channel's own list of tags, by number; tags only made here stay."""
    query = select(tag).where(tag.c.channel == channel)
    rows = connection.execute(query).all()
    for row in rows:
        if row.remote_id is not None and row.remote_id not in remote:
            connection.execute(delete(fan_tag).where(fan_tag.c.tag_id == row.id))
            connection.execute(delete(tag).where(tag.c.id == row.id))
    by_number = {row.remote_id: row for row in rows}
    for number, name in remote.items():
        known = by_number.get(number)
        tag_id = known.id if known else _named(connection, channel, name)
        values = {"remote_id": number, "name": name}
        connection.execute(update(tag).where(tag.c.id == tag_id).values(**values))


def note_fans(connection: Connection, channel: str, remote_id: int, openids: Sequence[str]) -> int:
    """Take in that fans have a tag of the channel's; return how many of them are known."""
    same = (tag.c.channel == channel) & (tag.c.remote_id == remote_id)
    tag_id = connection.execute(select(tag.c.id).where(same)).scalar_one()
    keys = [(channel, openid) for openid in openids]
    found = bulk.find(connection, fan, ("id",), ("channel", "fan"), keys)
    rows = [(row.id, tag_id, "") for row in found]
    bulk.insert(connection, fan_tag, ("fan_id", "tag_id", "pending"), rows)
    return len(rows)


def set_of_fan(connection: Connection, fan_id: int, remote_ids: Sequence[int]) -> None:
    """Take in the numbers of the tags that the channel says a fan has; pending changes stay."""
    channel = fans.get(connection, fan_id).channel
    told = select(tag.c.id).where(tag.c.channel == channel, tag.c.remote_id.in_(remote_ids))
    tag_ids = list(connection.execute(told).scalars())
    stale = (fan_tag.c.fan_id == fan_id) & (fan_tag.c.pending == "")
    connection.execute(delete(fan_tag).where(stale, fan_tag.c.tag_id.not_in(tag_ids)))
    rows = [(fan_id, tag_id, "") for tag_id in tag_ids]
    bulk.insert(connection, fan_tag, ("fan_id", "tag_id", "pending"), rows)


def forget_fans(connection: Connection, channel: str) -> None:
    """Take all settled tags of a channel off its fans, before they are read anew."""
    ids = select(tag.c.id).where(tag.c.channel == channel)
    connection.execute(delete(fan_tag).where(fan_tag.c.tag_id.in_(ids), fan_tag.c.pending == ""))


def pending(connection: Connection, channel: str, limit: int = 1000) -> list[PendingTag]:
    """Return up to `limit` changes that a channel is to be told, those of a tag together."""
    source = fan_tag.join(tag, tag.c.id == fan_tag.c.tag_id)
    source = source.join(fan, fan.c.id == fan_tag.c.fan_id)
    query = select(tag, fan_tag.c.fan_id, fan.c.fan, fan_tag.c.pending).select_from(source)
    query = query.where(tag.c.channel == channel, fan_tag.c.pending != "")
    rows = connection.execute(query.order_by(tag.c.id, fan_tag.c.pending).limit(limit))
    return [PendingTag(row.fan_id, row.fan, _to_row(row), row.pending) for row in rows]


def settle(connection: Connection, tag_id: int, fan_ids: Sequence[int], change: str) -> None:
    """Note that the channel knows of a change."""
    same = (fan_tag.c.tag_id == tag_id) & fan_tag.c.fan_id.in_(fan_ids)
    same &= fan_tag.c.pending == change
    if change == REMOVE:
        connection.execute(delete(fan_tag).where(same))
    else:
        connection.execute(update(fan_tag).where(same).values(pending=""))


def set_remote(connection: Connection, tag_id: int, remote_id: int) -> None:
    """Note the channel's own number of a tag."""
    connection.execute(update(tag).where(tag.c.id == tag_id).values(remote_id=remote_id))


def _named(connection: Connection, channel: str, name: str) -> int:
    if not name.strip() or len(name.encode()) > MAX_BYTES:
        raise BadInput("A tag's name has 1 to 30 bytes.", fields={"tags": "length"})
    same = (tag.c.channel == channel) & (tag.c.name == name)
    known = connection.execute(select(tag.c.id).where(same)).scalar()
    if known is not None:
        return int(known)
    made = insert(tag).values(channel=channel, name=name).returning(tag.c.id)
    return int(connection.execute(made).scalar_one())


def _next(pending: str, wanted: bool) -> str:
    """Return what is pending after a change of mind: an addition never told is just dropped."""
    if wanted:
        return ""
    return "drop" if pending == ADD else REMOVE


def _change(connection: Connection, fan_id: int, tag_id: int, to: str) -> None:
    same = (fan_tag.c.fan_id == fan_id) & (fan_tag.c.tag_id == tag_id)
    if to == "drop":
        connection.execute(delete(fan_tag).where(same))
    else:
        connection.execute(update(fan_tag).where(same).values(pending=to))


def _to_row(row: Row[Any], count: int = 0) -> TagRow:
    return TagRow(row.id, row.channel, row.name, row.remote_id, count)
