"""What a message really was, who said so, and how it was chosen for the question."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

UNDATED = datetime.fromtimestamp(0, UTC)
"""The moment of a label of which nobody knows when it was given."""


class Source(StrEnum):
    """Where a label comes from. Only `audit` labels are a fair sample of automatic answers."""

    SEED = "seed"
    AGENT = "agent"
    AUDIT = "audit"
    REVIEW = "review"
    IMPORT = "import"


@dataclass(frozen=True, slots=True)
class Label:
    """One judgement of one message.

    `p_sample` is the probability, in (0, 1], with which an audit drew the message; 1 where
    nobody drew. `shown` is the guess the labeller saw, so that agreement can be told from habit.
    `fan` is a number that stands for who wrote it, of the store's own and of no use elsewhere.
    """

    text: str
    intent: str
    source: Source
    by: str
    at: datetime
    message_id: str = ""
    answer: str | None = None
    p_sample: float = 1.0
    weight: float = 1.0
    split: str | None = None
    model: str | None = None
    shown: str | None = None
    fan: str = ""
