"""What is looked for in sentences and labels; each check finds one kind of fault."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from training.findings import Finding, Severity
from triagebot.domain.catalogue import Catalogue, Example, IntentKind
from triagebot.triage.normalise import MASKS, mask, normalise

if TYPE_CHECKING:
    from opencc import OpenCC

FEW = 20
"""An intent with fewer different sentences is hardly learnt."""

PERSONAL = ("phone", "order", "identity", "mail")


@dataclass(frozen=True, slots=True)
class Written:
    """Everything under inspection: the catalogue, all sentences normalised, and their groups."""

    catalogue: Catalogue
    examples: Sequence[Example]
    normalised: Sequence[str]
    groups: Sequence[int]
    words: Sequence[tuple[int, str]]

    def named(self, members: Iterable[int]) -> str:
        """Return places as file:line, for messages."""
        return ", ".join(f"{self.examples[i].file}:{self.examples[i].line}" for i in members)


def same_text(written: Written) -> Iterator[Finding]:
    """Find one text under two intents or two answers: a model cannot learn both."""
    for members in _alike(written.normalised).values():
        yield from _contradiction(
            written, members, lambda e: e.intent, Severity.ERROR, "same_text", "is the same text as"
        )
        asked = [i for i in members if written.examples[i].answer]
        if len({written.examples[i].intent for i in asked}) == 1:
            yield from _contradiction(
                written,
                asked,
                lambda e: e.answer or "",
                Severity.ERROR,
                "same_question",
                "asks the same as",
            )


def near_text(written: Written) -> Iterator[Finding]:
    """Find nearly the same text under two intents."""
    for members in _alike(written.groups).values():
        if len({written.normalised[i] for i in members}) > 1:
            yield from _contradiction(
                written, members, lambda e: e.intent, Severity.WARNING, "near_text", "is nearly"
            )


def near_duplicates(written: Written) -> Iterator[Finding]:
    """Find sentences of one intent that add nothing: a group counts once."""
    keys = [(e.intent, group) for e, group in zip(written.examples, written.groups, strict=True)]
    for members in _alike(keys).values():
        if len(members) > 1:
            others = written.named(members[1:4]) + (" …" if len(members) > 4 else "")
            yield _at(
                written.examples[members[0]],
                Severity.INFO,
                "near_duplicates",
                f"{len(members)} nearly equal sentences count once (others: {others})",
            )


def too_few(written: Written) -> Iterator[Finding]:
    """Find intents with too few different sentences."""
    different: dict[str, set[int]] = {name: set() for name in written.catalogue.intents}
    first: dict[str, Example] = {}
    for example, group in zip(written.examples, written.groups, strict=True):
        different.setdefault(example.intent, set()).add(group)
        first.setdefault(example.intent, example)
    for name, groups in different.items():
        if len(groups) < FEW:
            place = first.get(name) or Example("", name, file=f"{name}.yml", line=1)
            message = f"intent {name} has {len(groups)} different sentences; {FEW} are the least"
            yield _at(place, Severity.WARNING, "too_few", message)


def missing_answers(written: Written) -> Iterator[Finding]:
    """Find business intents without an answer, and answers that are asked in one way only."""
    catalogue = written.catalogue
    lines = {e.answer: e for e in reversed(written.examples) if e.answer}
    answered = {answer.intent for answer in catalogue.answers.values()}
    first = {e.intent: e for e in reversed(written.examples)}
    for name, intent in catalogue.intents.items():
        if intent.kind is IntentKind.BUSINESS and name not in answered:
            place = first.get(name) or Example("", name, file=f"{name}.yml", line=1)
            yield _at(place, Severity.WARNING, "no_answer", f"intent {name} has no answer")
    for answer in catalogue.answers.values():
        if not answer.similar:
            message = f"answer {answer.id} has no other wording (相似问)"
            yield _at(lines[answer.id], Severity.WARNING, "no_similar", message)


def dead_words(written: Written) -> Iterator[Finding]:
    """Find words of the dictionary that stand in no sentence."""
    everything = "\n".join(written.normalised)
    for line, word in written.words:
        if normalise(word) not in everything:
            message = f"word {word!r} stands in no sentence"
            yield Finding("words.txt", line, Severity.WARNING, "dead_word", message)


def personal_data(written: Written) -> Iterator[Finding]:
    """Find phone, order and identity numbers and mail addresses; the message masks them."""
    for example in written.examples:
        masked = mask(example.text)
        kinds = [k for k in PERSONAL if MASKS[k] in masked and MASKS[k] not in example.text]
        if kinds:
            message = f"{', '.join(kinds)} of a person: {masked}"
            yield _at(example, Severity.ERROR, "personal_data", message)


def mixed_writing(written: Written) -> Iterator[Finding]:
    """Find traditional beside simplified characters, and full-width letters or digits."""
    for example in written.examples:
        traditional = {c for c in example.text if _simplified(c) != c}
        simplified = {c for c in example.text if _simplified(c) == c and _traditional(c) != c}
        if traditional and simplified:
            message = f"traditional {''.join(sorted(traditional))} beside simplified characters"
            yield _at(example, Severity.INFO, "mixed_script", message)
        wide = {c for c in example.text if c.isalnum() and unicodedata.east_asian_width(c) == "F"}
        if wide:
            message = f"full-width {''.join(sorted(wide))}"
            yield _at(example, Severity.INFO, "full_width", message)


CHECKS: tuple[Callable[[Written], Iterator[Finding]], ...] = (
    same_text,
    near_text,
    near_duplicates,
    too_few,
    missing_answers,
    dead_words,
    personal_data,
    mixed_writing,
)


def _contradiction(
    written: Written,
    members: Sequence[int],
    key: Callable[[Example], str],
    severity: Severity,
    code: str,
    words: str,
) -> Iterator[Finding]:
    """Yield a finding at the first member of each further intent or answer."""
    first: dict[str, Example] = {}
    for i in members:
        example = written.examples[i]
        if first and key(example) not in first:
            other = next(iter(first.values()))
            message = (
                f"{mask(example.text)!r} ({key(example)}) {words} {mask(other.text)!r} "
                f"({key(other)}, {other.file}:{other.line})"
            )
            yield _at(example, severity, code, message)
        first.setdefault(key(example), example)


def _alike(keys: Sequence[object]) -> dict[object, list[int]]:
    places: dict[object, list[int]] = {}
    for i, key in enumerate(keys):
        places.setdefault(key, []).append(i)
    return places


def _at(example: Example, severity: Severity, code: str, message: str) -> Finding:
    return Finding(example.file, example.line, severity, code, message)


@lru_cache(maxsize=20_000)
def _simplified(character: str) -> str:
    plain: str = _converter("t2s").convert(character)
    return plain


@lru_cache(maxsize=20_000)
def _traditional(character: str) -> str:
    written: str = _converter("s2t").convert(character)
    return written


@lru_cache(maxsize=2)
def _converter(way: str) -> OpenCC:
    from opencc import OpenCC

    return OpenCC(way)
