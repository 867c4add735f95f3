"""The bodies of the dictionary: its words, and what is to change."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec

Word = Annotated[str, msgspec.Meta(min_length=1, max_length=60)]
Some = Annotated[tuple[Word, ...], msgspec.Meta(max_length=20)]


class WordChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Words to add and words to remove, up to twenty of each."""

    add: Some = ()
    remove: Some = ()


class WordRow(msgspec.Struct):
    """A word of the dictionary.

    `state` is `in_use`, or `adding` and `removing` until the next training; `by` and `at` tell who
    changed it at the desk last, null where it comes from words.txt alone.
    """

    word: str
    state: str
    by: str | None
    at: datetime | None


class WordDeed(msgspec.Struct):
    """One change at the desk; it can be undone when nothing was done to the word since."""

    word: str
    added: bool
    by: str
    at: datetime
    newest: bool


class Dictionary(msgspec.Struct):
    """All words, and the newest changes first; `model` is the one that cuts by those in use."""

    model: str
    words: list[WordRow]
    deeds: list[WordDeed]
