"""What a fan sends, and what goes back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

import msgspec


class Kind(StrEnum):
    """What an inbound is made of. `UNKNOWN` is kept raw and shown to a person."""

    TEXT = "text"
    IMAGE = "image"
    VOICE = "voice"
    VIDEO = "video"
    LOCATION = "location"
    LINK = "link"
    EVENT = "event"
    UNKNOWN = "unknown"


class Event(StrEnum):
    """Events that triagebot acts on; all others are stored and acknowledged."""

    FOLLOW = "follow"
    UNFOLLOW = "unfollow"
    SCAN = "scan"
    CLICK = "click"
    OTHER = "other"


class Inbound(msgspec.Struct, frozen=True, gc=False):
    """One thing that a fan did in a channel.

    `channel` names the account too (`wechat:main`, `webchat`); `fan` is the channel's own id of
    the person; `key` is equal for redeliveries of the same thing and different otherwise, within
    one channel and fan. `text` is what the fan said in words: typed, dictated, or the title of a
    tapped option; empty when there are none. `detail` keeps the rest by the channel's own names.
    """

    channel: str
    fan: str
    key: str
    kind: Kind
    text: str
    sent_at: datetime
    event: Event | None = None
    detail: Mapping[str, str] = msgspec.field(default_factory=dict)


class Option(msgspec.Struct, frozen=True, gc=False):
    """One line of a menu: the fan may tap it or send its number or its words."""

    id: str
    title: str


class Article(msgspec.Struct, frozen=True, gc=False):
    """A card with a picture and a link, where the channel can show one."""

    title: str
    description: str
    picture_url: str
    url: str


class Reply(msgspec.Struct, frozen=True, gc=False):
    """What a fan gets back at once. With neither words nor cards, nothing is shown."""

    text: str = ""
    options: tuple[Option, ...] = ()
    articles: tuple[Article, ...] = ()

    def __bool__(self) -> bool:
        """Whether there is anything to show."""
        return bool(self.text or self.options or self.articles)
