"""Rasa's NLU training data as plain values, nothing of it lost that triagebot understands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Entity:
    """A marked part of an example, characters `start` to `stop` of its text."""

    start: int
    stop: int
    entity: str
    value: str | None = None
    role: str | None = None
    group: str | None = None


@dataclass(frozen=True, slots=True)
class Example:
    """A sentence without its marks; `metadata` only where the file gives some."""

    text: str
    entities: tuple[Entity, ...] = ()
    metadata: object = None
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class IntentItem:
    """The examples of an intent, or of an answer where the name has a slash."""

    name: str
    examples: tuple[Example, ...]
    metadata: object = None


@dataclass(frozen=True, slots=True)
class WordList:
    """A synonym, lookup table or regular expression: `kind` says which."""

    kind: str
    name: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RasaDocument:
    """What stands in a file or folder.

    `responses` keeps each response's variants as they are; `skipped` counts the entries of
    sections that are Rasa's dialogue and not ours, by section.
    """

    intents: tuple[IntentItem, ...] = ()
    word_lists: tuple[WordList, ...] = ()
    responses: Mapping[str, tuple[Mapping[str, object], ...]] = field(default_factory=dict)
    skipped: Mapping[str, int] = field(default_factory=dict, compare=False)
