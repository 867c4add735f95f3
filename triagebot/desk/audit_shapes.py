"""The shapes of blind checks on the wire. Nothing here tells what the bot took a message for."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

import msgspec

from triagebot.desk.shapes import Intent

MOST_SKIPPED = 100


class Line(msgspec.Struct, rename={"from_": "from"}):
    """One line of the talk before the answer."""

    from_: Literal["fan", "bot"]
    text: str


class AuditItem(msgspec.Struct):
    """An automatic answer to judge: what the fan wrote, what went back, what was said before."""

    id: str
    message_id: str
    text: str
    reply: str
    at: datetime
    before: list[Line]


class AuditNext(msgspec.Struct):
    """The next answer to judge, None when all are; `today` counts the caller's own verdicts."""

    item: AuditItem | None
    waiting: int
    today: int


class NextQuery(msgspec.Struct, forbid_unknown_fields=True):
    """Ids to pass over, with commas between, and when the caller's day began."""

    skip: Annotated[str, msgspec.Meta(max_length=2000, pattern=r"^[0-9,]*$")] = ""
    since: Annotated[datetime, msgspec.Meta(tz=True)] | None = None

    @property
    def skipped(self) -> list[int]:
        """The ids to pass over, the last `MOST_SKIPPED` of them."""
        return [int(part[:18]) for part in self.skip.split(",") if part][-MOST_SKIPPED:]


class NewVerdict(msgspec.Struct, forbid_unknown_fields=True):
    """Whether the answer was right; a wrong one may come with what would have been right."""

    verdict: Literal["right", "wrong"]
    intent: Intent | None = None
    answer: Annotated[str, msgspec.Meta(max_length=200)] | None = None


class VerdictShape(msgspec.Struct):
    """A stored verdict."""

    id: str
    verdict: str
    by: str
    intent: str | None = None
    answer: str | None = None


class EstimateShape(msgspec.Struct):
    """How often automatic answers are wrong, with exact bounds; `intent` is empty for all."""

    intent: str
    answers: int
    drawn: int
    judged: int
    wrong: int
    rate: float | None
    low: float
    high: float
    needs: int


class AuditReport(msgspec.Struct):
    """What is proven about the answers drawn since `since`, and what is promised."""

    since: datetime
    max_error: float
    confidence: float
    together: EstimateShape
    intents: list[EstimateShape]


class ReportQuery(msgspec.Struct, forbid_unknown_fields=True):
    """How far to look back."""

    days: Annotated[int, msgspec.Meta(ge=1, le=3650)] = 90
