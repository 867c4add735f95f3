"""Who has the talk with a fan, and what the bot must remember of it."""

from __future__ import annotations

from enum import StrEnum

import msgspec


class Status(StrEnum):
    """`pending`: the bot has it; `open`: a person's, waiting or taken; then two ways to rest."""

    PENDING = "pending"
    OPEN = "open"
    SNOOZED = "snoozed"
    RESOLVED = "resolved"


class Memory(msgspec.Struct, frozen=True, gc=False):
    """What deciding on the next message of a conversation depends on.

    `misses` counts messages in a row that nothing could be done with; `offered` are the answers of
    the menu that the fan was just shown; `last_answer` and `last_text` are the answer the bot
    gave last and the normalised question it gave it to; `small_talk` counts chit-chat lines in a
    row, so that the bot falls quiet.
    """

    status: Status = Status.PENDING
    misses: int = 0
    offered: tuple[str, ...] = ()
    last_answer: str | None = None
    last_text: str = ""
    small_talk: int = 0
