"""The bodies of the web chat."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

import msgspec

from triagebot.store.ratings import Score


class Said(msgspec.Struct, forbid_unknown_fields=True):
    """What a fan says. `id` names the message, so that sending it again does nothing.

    `option` is the id of a menu line that was tapped; `text` is then its title.
    """

    text: Annotated[str, msgspec.Meta(min_length=1, max_length=2000)]
    id: Annotated[str, msgspec.Meta(min_length=1, max_length=100)] | None = None
    option: Annotated[str, msgspec.Meta(max_length=200)] | None = None


class Choice(msgspec.Struct):
    """One line of a menu."""

    id: str
    title: str


class ReplyShape(msgspec.Struct):
    """What the bot says at once; empty when it keeps silent."""

    text: str
    options: list[Choice]


class Heard(msgspec.Struct):
    """The message is on disk; this is what happens with it."""

    message_id: str
    action: str
    reply: ReplyShape


class Poll(msgspec.Struct, forbid_unknown_fields=True):
    """What comes after a cursor; waits up to `wait` seconds for something new.

    `asks` is whether the caller is asking the fan how the talk was: when that is not so any more,
    or becomes so, there is an answer at once.
    """

    after: Annotated[str, msgspec.Meta(max_length=50)] = ""
    wait: Annotated[float, msgspec.Meta(ge=0, le=30)] = 0
    asks: bool | None = None


class Item(msgspec.Struct, rename={"from_": "from"}):
    """One line of the talk."""

    id: str
    from_: Literal["fan", "bot", "agent"]
    text: str
    options: list[Choice]
    at: datetime


class Waiting(msgspec.Struct):
    """The fan waits for a person; `place` counts from 1."""

    place: int


class Items(msgspec.Struct):
    """New lines, oldest first, and where to go on; `rate` asks how the talk was."""

    items: list[Item]
    cursor: str
    waiting: Waiting | None
    rate: bool = False


class Tap(msgspec.Struct, forbid_unknown_fields=True):
    """What a fan thinks of a talk with a person that has ended."""

    score: Score
