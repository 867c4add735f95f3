"""What staff publish at the desk, version by version, over what a bundle was trained with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from triagebot.domain.catalogue import KeywordRule, Risk


class Subject(StrEnum):
    """What can be edited: an answer by its id, one of the bot's own sentences, the rules.

    A word of the dictionary is edited too; what is cut by it changes at the next training. Menus of
    official accounts and settings of the server, by their names, are outside the catalogue.
    """

    ANSWER = "answer"
    SENTENCE = "sentence"
    RULES = "rules"
    WORD = "word"
    MENU = "menu"
    SETTING = "setting"


ALL_RULES = "all"
"""The one name under which the rules are kept, as their order is part of them."""


@dataclass(frozen=True, slots=True)
class AnswerWords:
    """An answer without its id: standard question, other wordings, reply text, risk."""

    question: str
    similar: tuple[str, ...]
    text: str
    risk: Risk


Words = AnswerWords | tuple[KeywordRule, ...] | str | None
"""What an edition says, by its subject.

None takes an answer or a word out of use, a menu away, and gives a setting back to its file.
"""


@dataclass(frozen=True, slots=True)
class Edition:
    """One published version. It counts from `valid_from` until before `valid_until`.

    `base` is the fingerprint of what the bundle said of the same name at that moment, empty when
    it said nothing. Ids grow with time.
    """

    id: int
    subject: Subject
    name: str
    words: Words
    base: str
    valid_from: datetime | None
    valid_until: datetime | None
    by: str
    at: datetime

    def is_valid(self, now: datetime) -> bool:
        """Return whether this version may be used at a moment."""
        begun = self.valid_from is None or self.valid_from <= now
        return begun and (self.valid_until is None or now < self.valid_until)
