"""Read Rasa's NLU YAML, versions 2.0 to 3.1, from a file or a folder."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from training.interchange.rasa_document import Example, IntentItem, RasaDocument, WordList
from training.interchange.rasa_markup import parse_marks
from triagebot.errors import BadInput, NothingToDo
from triagebot.triage.yaml_lines import Located, load_yaml

VERSIONS = ("2.0", "3.0", "3.1")
WORD_LISTS = ("synonym", "lookup", "regex")
DIALOGUE = ("stories", "rules", "forms", "slots", "actions", "entities", "e2e_actions")
"""Sections of Rasa's dialogue; triagebot has none, so they are counted and left."""


def read_document(path: Path) -> RasaDocument:
    """Return everything in a YAML file or, in the order of names, in a folder's.

    Raises `BadCatalogue` or `BadInput` with file and line, `NothingToDo` for an empty folder.
    """
    files = [path] if path.is_file() else sorted([*path.rglob("*.yml"), *path.rglob("*.yaml")])
    if not files:
        raise NothingToDo(f"{path}: no .yml files here")
    intents: list[IntentItem] = []
    words: list[WordList] = []
    responses: dict[str, tuple[Mapping[str, object], ...]] = {}
    skipped: Counter[str] = Counter()
    for file in files:
        document = load_yaml(file)
        _check_version(file, document)
        for item in _items(file, document):
            if "intent" in item:
                intents.append(_intent(file, item))
            else:
                words.append(_word_list(file, item))
        responses |= dict(_responses(file, document))
        skipped.update({name: len(document[name] or ()) for name in DIALOGUE if name in document})
    return RasaDocument(tuple(intents), tuple(words), responses, dict(skipped))


def _check_version(file: Path, document: Located) -> None:
    version = str(document.get("version", VERSIONS[-1]))
    if version not in VERSIONS:
        line = document.line_of("version")
        known = ", ".join(VERSIONS)
        raise BadInput(f"{file.name}:{line}: version {version!r}; known are {known}")


def _items(file: Path, document: Located) -> Iterator[Located]:
    items = document.get("nlu") or []
    if not isinstance(items, list):
        raise BadInput(f"{file.name}:{document.line_of('nlu')}: 'nlu:' must be a list")
    for item in items:
        if not isinstance(item, Located) or not any(k in item for k in ("intent", *WORD_LISTS)):
            line = item.line if isinstance(item, Located) else document.line_of("nlu")
            raise BadInput(f"{file.name}:{line}: expected intent, synonym, lookup or regex")
        yield item


def _intent(file: Path, item: Located) -> IntentItem:
    examples = tuple(_examples(file, item))
    return IntentItem(_name(file, item, "intent"), examples, plain(item.get("metadata")))


def _word_list(file: Path, item: Located) -> WordList:
    kind = next(kind for kind in WORD_LISTS if kind in item)
    words = tuple(text for _, text in _lines(file, item))
    return WordList(kind, _name(file, item, kind), words)


def _name(file: Path, item: Located, key: str) -> str:
    value = item[key]
    if not isinstance(value, str) or not value.strip():
        raise BadInput(f"{file.name}:{item.line_of(key)}: the name of this {key} must be text")
    return value.strip()


def _examples(file: Path, item: Located) -> Iterator[Example]:
    given = item.get("examples")
    if isinstance(given, list):
        for entry in given:
            if not isinstance(entry, Located) or not isinstance(entry.get("text"), str):
                line = entry.line if isinstance(entry, Located) else item.line_of("examples")
                raise BadInput(f"{file.name}:{line}: an example needs 'text:'")
            yield _example(file, entry.line, entry["text"], plain(entry.get("metadata")))
        return
    for line, text in _lines(file, item):
        yield _example(file, line, text, None)


def _example(file: Path, line: int, marked: str, metadata: object) -> Example:
    text, entities = parse_marks(f"{file.name}:{line}", marked.strip())
    if not text:
        raise BadInput(f"{file.name}:{line}: an empty example")
    return Example(text, entities, metadata, line)


def _lines(file: Path, item: Located) -> Iterator[tuple[int, str]]:
    """Yield line number and text of the entries of a block under `examples: |`."""
    given = item.get("examples")
    first = item.line_of("examples")
    if not isinstance(given, str):
        raise BadInput(f"{file.name}:{first}: 'examples:' must be a block of lines or a list")
    for number, line in enumerate(given.split("\n"), start=first + 1):
        entry = line.strip()
        if not entry:
            continue
        if not entry.startswith("-") or not entry[1:].strip():
            raise BadInput(f"{file.name}:{number}: each line must be '- ' and a text")
        yield number, entry[1:].strip()


def _responses(
    file: Path, document: Located
) -> Iterator[tuple[str, tuple[Mapping[str, object], ...]]]:
    given = document.get("responses") or {}
    line = document.line_of("responses")
    if not isinstance(given, Mapping):
        raise BadInput(f"{file.name}:{line}: 'responses:' must name responses")
    for name, variants in given.items():
        if not isinstance(variants, list) or not all(isinstance(v, Mapping) for v in variants):
            raise BadInput(f"{file.name}:{line}: response {name!r} must be a list of variants")
        yield name, tuple(plain(variant) for variant in variants)


def plain(value: Any) -> Any:
    """Return a value without the lines it remembers."""
    if isinstance(value, Mapping):
        return {key: plain(one) for key, one in value.items()}
    if isinstance(value, list):
        return [plain(one) for one in value]
    return value
