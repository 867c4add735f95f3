"""The shapes of what colleagues do for each other, on the wire."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec


class Snooze(msgspec.Struct, forbid_unknown_fields=True):
    """Until when to put a conversation aside."""

    until: Annotated[datetime, msgspec.Meta(tz=True)]
    fence: int | None = None


class Assign(msgspec.Struct, forbid_unknown_fields=True):
    """Which colleague shall have it."""

    agent_id: Annotated[str, msgspec.Meta(pattern=r"^[0-9]{1,18}$")]
    fence: int | None = None


class NewNote(msgspec.Struct, forbid_unknown_fields=True):
    """What colleagues should know; `@name` tells somebody of it."""

    text: Annotated[str, msgspec.Meta(min_length=1, max_length=4000)]


class Colleague(msgspec.Struct):
    """Somebody who can have conversations: whether they are at the desk, and how many they have."""

    id: str
    name: str
    present: bool
    open: int


class TypingEvent(msgspec.Struct):
    """A colleague is writing in a conversation now."""

    conversation_id: str
    agent_id: str
    name: str


class MentionEvent(msgspec.Struct):
    """Somebody is named in a note of a conversation."""

    agent_id: str
    by: str
    conversation_id: str
