"""Read what staff write in `intents/`, and name file and line of what is wrong in it.

One YAML file an intent, in the shape of Rasa 3.1 training data: `nlu:` items with the intent's own
name hold examples, items named `intent/answer` hold the wordings of an answer's question, and
`responses:` hold the reply texts. `_rules.yml` and `_policy.yml` are triagebot's own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from triagebot.domain.catalogue import (
    Answer,
    Catalogue,
    Example,
    Intent,
    IntentKind,
    Risk,
)
from triagebot.errors import BadCatalogue
from triagebot.triage.policy import read_policy, read_rules
from triagebot.triage.yaml_lines import Located, load_yaml

REPLY_LIMIT = 2000
"""Bytes of UTF-8 that every channel can send in one message."""

VARIABLES = ("brand", "hotline", "shop_url", "hours")
NAME = re.compile(r"[a-z][a-z0-9_]*")
WORDS = "words.txt"
_ENTITY = re.compile(r"\[([^\]]+)\](?:\([^)]*\)|\{[^}]*\})")
_VARIABLE = re.compile(r"\{(\w*)\}")
_KINDS = {
    "greeting_chitchat": IntentKind.CHITCHAT,
    "out_of_scope": IntentKind.OUT_OF_SCOPE,
    "complaint": IntentKind.COMPLAINT,
}


def read_catalogue(folder: Path) -> Catalogue:
    """Return all of `folder`, checked. Raises `BadCatalogue` with file and line."""
    files = sorted(path for path in folder.glob("*.yml") if not path.name.startswith("_"))
    if not files:
        raise BadCatalogue(
            f"{folder}: no intents here; expected one .yml file an intent "
            "(`triagebot init` brings some to begin with)"
        )
    intents: dict[str, Intent] = {}
    answers: dict[str, Answer] = {}
    examples: list[Example] = []
    for path in files:
        document = load_yaml(path)
        _read_intents(path, document, intents, examples)
        _read_answers(path, document, intents, answers, examples)
    rules = read_rules(folder / "_rules.yml", answers)
    policy = read_policy(folder / "_policy.yml")
    words = _read_words(folder / WORDS)
    return Catalogue(intents, answers, rules, policy, words, tuple(examples))


def fail(path: Path, line: int, message: str) -> BadCatalogue:
    """Return the error for a place in a file; lines count from 1."""
    return BadCatalogue(f"{path.name}:{line}: {message}", fields={path.name: message})


def _items(path: Path, document: Located) -> Iterator[Located]:
    items = document.get("nlu")
    if not isinstance(items, list):
        raise fail(path, document.line, "expected a list under 'nlu:'")
    for item in items:
        if not isinstance(item, Located) or not isinstance(item.get("intent"), str):
            line = item.line if isinstance(item, Located) else document.line_of("nlu")
            raise fail(path, line, "each item under 'nlu:' needs 'intent:' with a name")
        yield item


def _read_intents(
    path: Path, document: Located, intents: dict[str, Intent], examples: list[Example]
) -> None:
    for item in _items(path, document):
        name = item["intent"]
        if "/" in name:
            continue
        if not NAME.fullmatch(name):
            raise fail(path, item.line, f"intent name {name!r}: use a-z, 0-9 and _")
        if name in intents:
            raise fail(path, item.line, f"intent {name!r} is defined twice")
        metadata = _mapping(path, item, "metadata")
        intents[name] = Intent(
            name,
            _KINDS.get(name, IntentKind.BUSINESS),
            _risk(path, item, metadata),
            _languages(path, item, metadata, "title", name),
            _languages(path, item, metadata, "guideline", ""),
        )
        examples.extend(
            Example(text, name, None, "seed", path.name, line)
            for text, line in _sentences(path, item)
        )


def _read_answers(
    path: Path,
    document: Located,
    intents: Mapping[str, Intent],
    answers: dict[str, Answer],
    examples: list[Example],
) -> None:
    responses = document.get("responses") or {}
    for item in _items(path, document):
        identity = item["intent"]
        intent, _, name = identity.partition("/")
        if not name:
            continue
        if intent not in intents or not NAME.fullmatch(name):
            raise fail(path, item.line, f"answer {identity!r} belongs to no intent of this file")
        metadata = _mapping(path, item, "metadata")
        question = _question(path, item, metadata)
        similar = list(_sentences(path, item))
        answers[identity] = Answer(
            identity,
            intent,
            question,
            tuple(text for text, _ in similar),
            _reply(path, item, responses, identity),
            _risk(path, item, metadata),
        )
        lines = [(question, item.line), *similar]
        examples.extend(
            Example(text, intent, identity, "seed", path.name, line) for text, line in lines
        )


def _question(path: Path, item: Located, metadata: Mapping[str, Any]) -> str:
    question = metadata.get("question")
    if not isinstance(question, str) or not question.strip():
        message = f"answer {item['intent']!r} needs metadata.question (标准问)"
        raise fail(path, item.line, message)
    return question.strip()


def _sentences(path: Path, item: Located) -> Iterator[tuple[str, int]]:
    block = item.get("examples") or ""
    if isinstance(block, list):
        for entry in block:
            text = entry.get("text", "") if isinstance(entry, Mapping) else entry
            yield _plain(str(text)), item.line_of("examples")
        return
    start = item.line_of("examples") + 1
    for offset, line in enumerate(str(block).splitlines()):
        if not line.strip():
            continue
        if not line.startswith("- ") or not line[2:].strip():
            raise fail(path, start + offset, "each example is a line '- sentence'")
        yield _plain(line[2:]), start + offset


def _plain(text: str) -> str:
    return _ENTITY.sub(r"\1", " ".join(text.split()))


def _reply(path: Path, item: Located, responses: Any, identity: str) -> str:
    variants = responses.get(f"utter_{identity}") if isinstance(responses, Mapping) else None
    if not (isinstance(variants, list) and variants and isinstance(variants[0], Mapping)):
        raise fail(path, item.line, f"no reply: expected 'utter_{identity}:' under 'responses:'")
    line = variants[0].line if isinstance(variants[0], Located) else item.line
    text = str(variants[0].get("text") or "").strip()
    problem = reply_problem(text)
    if problem:
        raise fail(path, line, f"reply of {identity!r}: {problem}")
    return text


def reply_problem(text: str, variables: Sequence[str] = VARIABLES) -> str:
    """Return what is wrong with a text that fans will read; empty when nothing is."""
    size = len(text.encode())
    if not 0 < size <= REPLY_LIMIT:
        return f"it has {size} bytes; 1 to {REPLY_LIMIT} fit"
    unknown = [name for name in _VARIABLE.findall(text) if name not in variables]
    return f"no variable {unknown[0]!r}; use {', '.join(variables)}" if unknown else ""


def _mapping(path: Path, item: Located, key: str) -> Mapping[str, Any]:
    value = item.get(key) or {}
    if not isinstance(value, Mapping):
        raise fail(path, item.line_of(key), f"'{key}:' must hold names and values")
    return value


def _risk(path: Path, item: Located, metadata: Mapping[str, Any]) -> Risk:
    value = metadata.get("risk", "low")
    if value not in tuple(Risk):
        raise fail(path, item.line_of("metadata"), f"risk {value!r}: use low, medium or high")
    return Risk(value)


def _languages(
    path: Path, item: Located, metadata: Mapping[str, Any], key: str, fallback: str
) -> dict[str, str]:
    value = metadata.get(key) or {}
    if not isinstance(value, Mapping):
        raise fail(path, item.line_of("metadata"), f"{key} needs 'zh' and 'en'")
    return {language: str(value.get(language) or fallback).strip() for language in ("zh", "en")}


def _read_words(path: Path) -> tuple[str, ...]:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return ()
    except (OSError, UnicodeDecodeError) as error:
        raise fail(path, 1, f"cannot be read: {error}") from error
    return tuple(sorted({word for word in map(word_of, lines) if word}))


def word_of(line: str) -> str:
    """Return the word of a line of words.txt, empty for a remark."""
    return line.split("#")[0].strip().lower()
