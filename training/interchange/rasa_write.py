"""Write Rasa 3.1 YAML: sorted by name, never re-wrapped, the same bytes for the same document."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

import yaml

from training.interchange.rasa_document import Example, IntentItem, RasaDocument, WordList
from training.interchange.rasa_markup import write_marks

_ONE_LINE = re.compile(r"[^\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff\ufffe\uffff]+")


class _Quoted(str):
    """A name that stays text whatever it looks like: yes, no, 123."""


class _Block(str):
    """Lines that stay lines."""


class _Dumper(yaml.SafeDumper):
    def ignore_aliases(self, _data: Any) -> bool:
        """Write equal values out each time."""
        return True


def _text(dumper: _Dumper, text: str) -> yaml.ScalarNode:
    """Write text with line breaks or invisible characters escaped: they survive in quotes only."""
    style = None if not text or _ONE_LINE.fullmatch(text) else '"'
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style)


_Dumper.add_representer(str, _text)
_Dumper.add_representer(
    _Quoted, lambda dumper, text: dumper.represent_scalar("tag:yaml.org,2002:str", text, '"')
)
_Dumper.add_representer(
    _Block, lambda dumper, text: dumper.represent_scalar("tag:yaml.org,2002:str", text, "|")
)


def write_nlu(document: RasaDocument) -> str:
    """Return the `nlu:` part as YAML."""
    intents = [_intent(item) for item in sorted(document.intents, key=lambda one: one.name)]
    lists = sorted(document.word_lists, key=lambda one: (one.kind, one.name))
    return _dump({"version": _Quoted("3.1"), "nlu": intents + [_word_list(one) for one in lists]})


def write_domain(document: RasaDocument) -> str:
    """Return the `domain.yml` that Rasa wants beside it: intents and responses."""
    names = sorted({item.name.partition("/")[0] for item in document.intents})
    domain: dict[str, object] = {"version": _Quoted("3.1")}
    domain["intents"] = [_Quoted(name) for name in names]
    return _dump(domain | _responses(document))


def write_one(document: RasaDocument) -> str:
    """Return everything in one file, which Rasa reads as well."""
    domain = _dump(_responses(document)) if document.responses else ""
    return write_nlu(document) + domain


def _responses(document: RasaDocument) -> dict[str, object]:
    said = {_Quoted(name): list(document.responses[name]) for name in sorted(document.responses)}
    return {"responses": said} if said else {}


def _intent(item: IntentItem) -> dict[str, object]:
    written: dict[str, object] = {"intent": _Quoted(item.name)}
    if item.metadata is not None:
        written["metadata"] = item.metadata
    texts = [write_marks(example.text, example.entities) for example in item.examples]
    short = all(e.metadata is None for e in item.examples) and all(map(_is_one_line, texts))
    if short:
        return written | {"examples": _block(texts)}
    long = [_long(text, e) for text, e in zip(texts, item.examples, strict=True)]
    return written | {"examples": long}


def _is_one_line(text: str) -> bool:
    return bool(_ONE_LINE.fullmatch(text)) and text == text.strip()


def _long(text: str, example: Example) -> Mapping[str, object]:
    metadata = {} if example.metadata is None else {"metadata": example.metadata}
    return {"text": text, **metadata}


def _word_list(words: WordList) -> dict[str, object]:
    return {words.kind: _Quoted(words.name), "examples": _block(words.words)}


def _block(texts: Iterable[str]) -> _Block:
    return _Block("".join(f"- {text}\n" for text in texts))


def _dump(value: Mapping[str, object]) -> str:
    return yaml.dump(
        value, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=1 << 30, line_break="\n"
    )
