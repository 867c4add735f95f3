"""What a message really was, who said so, and how it was chosen for the question."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


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
