"""Entities inside an example: `[t](e)`, `[t](e:v)`, `[t]{"entity": …, "role": …, "group": …}`."""

from __future__ import annotations

import re
from collections.abc import Sequence

import msgspec

from training.interchange.rasa_document import Entity
from triagebot.errors import BadInput

_MARK = re.compile(
    r"\[(?P<text>[^\[\]]+)\](?:\((?P<entity>[^():]+)(?::(?P<value>[^()]+))?\)|(?P<dict>\{[^{}]*\}))"
)
_LOOKS_MARKED = re.compile(r"\[[^\[\]]+\](?=[({\[]|\Z)")
_WIDE = str.maketrans("[]", "\uff3b\uff3d")
_UNSAFE = re.compile(r"[():{}\n]|^\s|\s$|^$")


class _Marks(msgspec.Struct, omit_defaults=True):
    entity: str
    value: str | None = None
    role: str | None = None
    group: str | None = None


def parse_marks(place: str, marked: str) -> tuple[str, tuple[Entity, ...]]:
    """Return the text without marks, and the entities. Raises `BadInput` that names the place."""
    parts: list[str] = []
    entities: list[Entity] = []
    end = length = 0
    for found in _MARK.finditer(marked):
        parts += [marked[end : found.start()], found["text"]]
        start = length + found.start() - end
        length = start + len(found["text"])
        marks = _marks(place, found)
        entities.append(Entity(start, length, marks.entity, marks.value, marks.role, marks.group))
        end = found.end()
    parts.append(marked[end:])
    return "".join(parts), tuple(entities)


def _marks(place: str, found: re.Match[str]) -> _Marks:
    if found["dict"] is None:
        return _Marks(found["entity"], found["value"])
    try:
        return msgspec.json.decode(found["dict"], type=_Marks)
    except msgspec.DecodeError as error:
        raise BadInput(f"{place}: entity {found['dict']}: {error}") from error


def write_marks(text: str, entities: Sequence[Entity]) -> str:
    """Return the text with its entities marked.

    Rasa has no escape for brackets that only look like marks: they become full-width ones, which
    are matched alike.
    """
    parts: list[str] = []
    end = 0
    for entity in sorted(entities, key=lambda one: one.start):
        inner = text[entity.start : entity.stop].translate(_WIDE)
        parts += [_harmless(text[end : entity.start]), f"[{inner}]{_written(entity)}"]
        end = entity.stop
    return "".join([*parts, _harmless(f"{text[end:]}\n")[:-1]])


def _harmless(part: str) -> str:
    return _LOOKS_MARKED.sub(lambda found: found[0].translate(_WIDE), part)


def _written(entity: Entity) -> str:
    words = [entity.entity, *([] if entity.value is None else [entity.value])]
    plain = entity.role is None and entity.group is None
    if plain and not any(_UNSAFE.search(word) for word in words):
        return f"({':'.join(words)})"
    marks = _Marks(entity.entity, entity.value, entity.role, entity.group)
    inner = msgspec.json.encode(marks).decode()[1:-1]
    return "{" + inner.replace("{", "\\u007b").replace("}", "\\u007d") + "}"
