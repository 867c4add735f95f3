"""The shapes of fans on the wire."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

import msgspec

from triagebot.store.fan_lists import Activity
from triagebot.store.fans import FanRow

Word = Annotated[str, msgspec.Meta(max_length=200)]


class FanQuery(msgspec.Struct, forbid_unknown_fields=True):
    """Which fans, who came last first; `before` is the `next` of a page.

    `name` is the end of an id or a part of a remark.
    """

    channel: Word = ""
    tag: Word = ""
    scene: Word = ""
    follows: bool | None = None
    name: Word = ""
    before: Annotated[int, msgspec.Meta(ge=1)] | None = None
    limit: Annotated[int, msgspec.Meta(ge=1, le=200)] = 50


class FanShape(msgspec.Struct):
    """A fan; `fan` is a short name, never the whole id.

    `follows` is null where nobody can follow, or nobody has said.
    """

    id: str
    channel: str
    fan: str
    remark: str
    tags: list[str]
    follows: bool | None
    followed_at: datetime | None
    left_at: datetime | None
    scene: str
    came_by: str
    first_at: datetime


class FanPage(msgspec.Struct):
    """One page of fans."""

    items: list[FanShape]
    next: str | None


class FanDetail(msgspec.Struct):
    """A fan with what they did here."""

    fan: FanShape
    conversation_id: str | None
    messages: int


class SceneCount(msgspec.Struct):
    """How many fans who still follow came by a QR code."""

    scene: str
    fans: int


class ErasedShape(msgspec.Struct):
    """How many rows are gone, by table; `kept` labelled texts stay under nobody's name."""

    total: int
    rows: dict[str, int]
    kept: int


class NewTags(msgspec.Struct, forbid_unknown_fields=True):
    """All tags that the fan is to have; those the account does not have yet are made."""

    tags: Annotated[list[Annotated[str, msgspec.Meta(min_length=1, max_length=30)]],
                    msgspec.Meta(max_length=20)]  # fmt: skip


class TagShape(msgspec.Struct):
    """A tag of a channel, and how many fans have it."""

    id: str
    channel: str
    name: str
    fans: int


SHOWN = 4


def fan_shape(row: FanRow, tags: Sequence[str] = ()) -> FanShape:
    """Return a fan on the wire, with the end of their id only."""
    return FanShape(
        id=str(row.id),
        channel=row.channel,
        fan=row.fan[-SHOWN:],
        remark=row.remark,
        tags=list(tags),
        follows=row.follows,
        followed_at=row.followed_at,
        left_at=row.left_at,
        scene=row.scene,
        came_by=row.came_by,
        first_at=row.first_at,
    )


def detail_shape(row: FanRow, tags: Sequence[str], activity: Activity) -> FanDetail:
    """Return a fan with what they did."""
    number = activity.conversation_id
    return FanDetail(
        fan_shape(row, tags), str(number) if number is not None else None, activity.messages
    )
