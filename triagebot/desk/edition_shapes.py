"""The bodies of what staff edit: answers, the bot's sentences, keyword rules, snippets."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec

from triagebot.domain.catalogue import KeywordRule, Risk

Line = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
Text = Annotated[str, msgspec.Meta(min_length=1, max_length=2000)]
Seen = Annotated[int, msgspec.Meta(ge=0)]


class AnswerBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An answer's standard question, other wordings, reply text and risk."""

    question: Line
    text: Text
    similar: Annotated[tuple[Line, ...], msgspec.Meta(max_length=500)] = ()
    risk: Risk = Risk.LOW


Shown = AnswerBody | tuple[KeywordRule, ...] | str | None
"""Words on the wire, by what they are of; null takes an answer out of use."""


class AnswerDraft(AnswerBody, frozen=True):
    """An answer to save as a draft; `seen` is the revision of the draft it was written over."""

    seen: Seen = 0


class SentenceDraft(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A sentence of the bot to save as a draft."""

    text: Text
    seen: Seen = 0


class RulesDraft(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All keyword rules, in their order, to save as a draft."""

    rules: Annotated[tuple[KeywordRule, ...], msgspec.Meta(max_length=200)]
    seen: Seen = 0


class Period(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """When a version counts: from, and until before; without end where nothing is given."""

    valid_from: datetime | None = None
    valid_until: datetime | None = None


class Version(msgspec.Struct):
    """One published version; `words` is null where it took the answer out of use."""

    id: str
    words: Shown
    valid_from: datetime | None
    valid_until: datetime | None
    by: str
    at: datetime
    in_use: bool


class DraftShape(msgspec.Struct):
    """What is saved and not published."""

    words: Shown
    revision: int
    by: str
    at: datetime


class Edited(msgspec.Struct):
    """One thing that staff edit: what is used now, its draft, its versions newest first.

    `trained` is what the bundle says. `outside` tells that the files were edited elsewhere since,
    so that they count and not the newest version.
    """

    name: str
    words: Shown
    draft: DraftShape | None
    versions: list[Version]
    trained: Shown
    outside: bool


class AnswerLine(msgspec.Struct):
    """An answer in the list; `sent` is how often it went out in the last seven days."""

    id: str
    intent: str
    question: str
    similar: int
    risk: Risk
    state: str
    draft: bool
    valid_until: datetime | None
    sent: int


class RuleHits(msgspec.Struct):
    """How often each rule has decided in the last seven days."""

    hits: dict[str, int]


class NewSnippet(msgspec.Struct, forbid_unknown_fields=True):
    """A text for agents to insert; `shortcut` finds it, pinyin initials for instance."""

    title: Annotated[str, msgspec.Meta(min_length=1, max_length=60, pattern=r"^\S(.*\S)?$")]
    text: Text
    shortcut: Annotated[str, msgspec.Meta(max_length=20, pattern=r"^[a-z0-9]*$")] = ""


class SnippetShape(msgspec.Struct):
    """A snippet with who wrote it last."""

    id: str
    title: str
    text: str
    shortcut: str
    by: str
    at: datetime


class Trial(msgspec.Struct, forbid_unknown_fields=True):
    """What a fan might write; `drafts` asks what the bot would say were all drafts published."""

    text: Annotated[str, msgspec.Meta(min_length=1, max_length=2000)]
    drafts: bool = False


class TrialAnswer(msgspec.Struct):
    """An answer that came near, with the wording that matched."""

    id: str
    question: str
    confidence: float
    matched: str


class TrialResult(msgspec.Struct):
    """What the bot would do and say to somebody who writes for the first time, and why."""

    action: str
    reason: str
    reply: str
    options: list[str]
    intent: str | None
    confidence: float
    threshold: float
    answer: str | None
    rule: str | None
    answers: list[TrialAnswer]
