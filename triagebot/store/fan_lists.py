"""Lists of fans, page by page, by what is known of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, func, select

from triagebot.store.fans import FanRow, get, to_row
from triagebot.store.tables import conversation, fan, fan_tag, message, tag

GONE = "remove"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which fans; an empty part asks for nothing. `name` is the end or whole of an id, or
    part of a remark.
    """

    channel: str = ""
    tag: str = ""
    scene: str = ""
    follows: bool | None = None
    name: str = ""


@dataclass(frozen=True, slots=True)
class Activity:
    """What a fan did here: their conversation, if they ever wrote, and how many messages."""

    conversation_id: int | None
    messages: int


def page(
    connection: Connection,
    wanted: Wanted,
    before: int | None = None,
    limit: int = 50,
    skipped: int = 0,
) -> list[FanRow]:
    """Return up to `limit` fans, who came last first, after so many `skipped` ones.

    With `before` only those with a smaller id are taken.
    """
    query = _matching(select(fan), wanted)
    if before is not None:
        query = query.where(fan.c.id < before)
    rows = connection.execute(query.order_by(fan.c.id.desc()).limit(limit).offset(skipped))
    return [to_row(row) for row in rows]


def count(connection: Connection, wanted: Wanted) -> int:
    """Return how many fans there are."""
    query = _matching(select(func.count()).select_from(fan), wanted)
    return int(connection.execute(query).scalar_one())


def scenes(connection: Connection, limit: int = 200) -> list[tuple[str, int]]:
    """Return the QR scenes that brought most fans who still follow, with how many."""
    many = func.count()
    query = select(fan.c.scene, many).where(fan.c.scene != "", fan.c.follows.is_(True))
    query = query.group_by(fan.c.scene).order_by(many.desc(), fan.c.scene).limit(limit)
    return [(row[0], row[1]) for row in connection.execute(query)]


def tags_of(connection: Connection, fan_ids: Sequence[int]) -> dict[int, list[str]]:
    """Return the names of each fan's tags, in order of name; fans without any are missing."""
    query = select(fan_tag.c.fan_id, tag.c.name).join(tag, tag.c.id == fan_tag.c.tag_id)
    query = query.where(fan_tag.c.fan_id.in_(fan_ids), fan_tag.c.pending != GONE)
    found: dict[int, list[str]] = {}
    for row in connection.execute(query.order_by(tag.c.name)):
        found.setdefault(row.fan_id, []).append(row.name)
    return found


def profile(connection: Connection, fan_id: int) -> tuple[FanRow, list[str], Activity]:
    """Return a fan with the names of their tags and what they did here; raises `NotFound`."""
    row = get(connection, fan_id)
    return row, tags_of(connection, [fan_id]).get(fan_id, []), activity(connection, row)


def activity(connection: Connection, row: FanRow) -> Activity:
    """Return what a fan did here."""
    same = (conversation.c.channel == row.channel) & (conversation.c.fan == row.fan)
    number = connection.execute(select(conversation.c.id).where(same)).scalar()
    if number is None:
        return Activity(None, 0)
    said = select(func.count()).select_from(message).where(message.c.conversation_id == number)
    return Activity(number, connection.execute(said).scalar_one())


def _matching(query: Select[Any], wanted: Wanted) -> Select[Any]:
    if wanted.channel:
        query = query.where(fan.c.channel == wanted.channel)
    if wanted.scene:
        query = query.where(fan.c.scene == wanted.scene)
    if wanted.follows is not None:
        query = query.where(fan.c.follows.is_(wanted.follows))
    if wanted.name:
        end = fan.c.fan.endswith(wanted.name, autoescape=True)
        query = query.where(end | fan.c.remark.contains(wanted.name, autoescape=True))
    if wanted.tag:
        tagged = select(fan_tag.c.fan_id).join(tag, tag.c.id == fan_tag.c.tag_id)
        tagged = tagged.where(tag.c.name == wanted.tag, fan_tag.c.pending != GONE)
        query = query.where(fan.c.id.in_(tagged))
    return query
