"""Search on the wire: words in, hits with the places of the words out."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

import msgspec


class SearchQuery(msgspec.Struct, forbid_unknown_fields=True):
    """Words to find in what fans wrote; parts between blanks must all be there."""

    q: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    limit: Annotated[int, msgspec.Meta(ge=1, le=200)] = 50


class SearchHit(msgspec.Struct, rename={"from_": "from"}):
    """A message with the places of the words, as character ranges."""

    message_id: str
    conversation_id: str
    text: str
    at: datetime
    from_: Literal["fan"]
    marks: list[tuple[int, int]]


class AnswerHit(msgspec.Struct):
    """An answer whose wordings or reply hold the words; `marks` are places in `question`."""

    id: str
    intent: str
    question: str
    marks: list[tuple[int, int]]


class SearchResult(msgspec.Struct):
    """Hits, newest first, and how long they took; answers that say the same."""

    items: list[SearchHit]
    took_ms: float
    answers: list[AnswerHit]
