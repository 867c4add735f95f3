"""The shapes of the label queue on the wire."""

from __future__ import annotations

from datetime import datetime

import msgspec

from triagebot.desk.audit_shapes import Line
from triagebot.desk.shapes import Guess


class LabelItem(msgspec.Struct):
    """A message to label, what was said before, and the model's guess.

    `why` it is asked: `unsure`, drawn at `random`, or asked for to be looked at `again`.
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


class Suspect(msgspec.Struct):
    """A label worth a second look: what the model takes the message for instead.

    `chance` is that of the label to be wrong, 0..1; `alike` labels say the same; `gain` is what
    looking again saves, in minutes of an agent.
    """

    message_id: str
    text: str
    by: str
    given: str
    better: str
    chance: float
    alike: int
    gain: float


class Opinion(msgspec.Struct):
    """What one person says a message was."""

    by: str
    intent: str


class Dispute(msgspec.Struct):
    """A message on which people differ."""

    message_id: str
    text: str
    opinions: list[Opinion]
