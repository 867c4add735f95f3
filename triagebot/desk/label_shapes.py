"""The shapes of the label queue on the wire."""

from __future__ import annotations

from datetime import datetime

import msgspec

from triagebot.desk.audit_shapes import Line
from triagebot.desk.shapes import Guess


class LabelItem(msgspec.Struct):
    """A message to label, what was said before, and the model's guess.

    `why` it is asked: `unsure` or drawn at `random`.
    """

    message_id: str
    text: str
    at: datetime
    before: list[Line]
    why: str
    guess: Guess | None


class Need(msgspec.Struct):
    """How many more right labels would let an intent answer by itself."""

    intent: str
    needs: int


class LabelNext(msgspec.Struct):
    """The next message, None when all are labelled; `today` counts the caller's own labels."""

    item: LabelItem | None
    waiting: int
    today: int
    needs: list[Need]


class Opinion(msgspec.Struct):
    """What one person says a message was."""

    by: str
    intent: str


class Dispute(msgspec.Struct):
    """A message on which people differ."""

    message_id: str
    text: str
    opinions: list[Opinion]
