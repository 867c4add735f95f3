"""What a new word of the dictionary changes before it is saved: cuts, predictions."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from training.train import train
from triagebot.domain.catalogue import Catalogue
from triagebot.domain.label import Label
from triagebot.errors import BadInput, NothingToDo
from triagebot.triage.normalise import mask, normalise
from triagebot.triage.registry import load
from triagebot.triage.segment import Segmenter, build_segmenter
from triagebot.triage.think import Mind, wake

LONGEST = 20


@dataclass(frozen=True, slots=True)
class Recut:
    """A message that is cut differently, masked."""

    text: str
    before: tuple[str, ...]
    after: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Flip:
    """A message whose best intent changes, masked, with how sure either is, 0..1."""

    text: str
    before: str
    before_confidence: float
    after: str
    after_confidence: float


@dataclass(frozen=True, slots=True)
class Preview:
    """What the words change in `messages` messages; `retrained` says by which model."""

    words: tuple[str, ...]
    messages: int
    recut: tuple[Recut, ...]
    flips: tuple[Flip, ...]
    retrained: bool


@dataclass(frozen=True, slots=True)
class Checked:
    """What is to be said of one line of a dictionary; `code` is stable and for programs."""

    line: int
    word: str
    code: str
    message: str


def preview(
    words: Sequence[str], mind: Mind, texts: Sequence[str], retrained: Mind | None = None
) -> Preview:
    """Return what adding `words` changes in `texts`.

    Without `retrained` the present model thinks with the new cuts, as it would until the next
    training; with it, that model's predictions are compared. Raises `BadInput` for a word that is
    none, `NothingToDo` without texts.
    """
    added = [_word(word) for word in words]
    heard = [normalise(text) for text in dict.fromkeys(texts)]
    heard = [text for text in heard if text]
    if not heard:
        raise NothingToDo("there are no messages to look at; name a file")
    old = build_segmenter(mind.bundle.words)
    new = build_segmenter([*mind.bundle.words, *added])
    touched = [text for text in heard if any(word in text for word in added)]
    recut = [Recut(mask(t), tuple(old.cut(t)), tuple(new.cut(t))) for t in touched]
    recut = [one for one in recut if one.before != one.after]
    judged = heard if retrained else touched
    before = _best(mind, old, judged)
    after = _best(retrained or mind, new, judged)
    flips = (
        Flip(mask(text), *was, *now)
        for text, was, now in zip(judged, before, after, strict=True)
        if was[0] != now[0]
    )
    ranked = sorted(flips, key=lambda f: (-max(f.before_confidence, f.after_confidence), f.text))
    return Preview(tuple(added), len(heard), tuple(recut), tuple(ranked), retrained is not None)


def retrain(words: Sequence[str], catalogue: Catalogue, labels: Sequence[Label], jobs: int) -> Mind:
    """Return the mind of a model trained with `words` added; nothing is kept on disk."""
    added = tuple(dict.fromkeys([*catalogue.words, *map(_word, words)]))
    with tempfile.TemporaryDirectory() as folder:
        trained = train(replace(catalogue, words=added), labels, Path(folder), "preview", jobs=jobs)
        return wake(load(trained.folder))


def check(lines: Sequence[str], sentences: Sequence[str]) -> list[Checked]:
    """Return what is to be said of a dictionary's lines, in their order.

    `sentences` are those a word should stand in at least once.
    """
    plain = build_segmenter(())
    everything = "\n".join(map(normalise, sentences))
    found: list[Checked] = []
    first: dict[str, int] = {}
    for number, line in enumerate(lines, start=1):
        word = normalise(line.split("#")[0])
        if not word:
            continue
        if word in first:
            message = f"stands in line {first[word]} already"
            found.append(Checked(number, word, "twice", message))
            continue
        first[word] = number
        found += _complaints(number, word, plain, everything)
    return found


def _complaints(number: int, word: str, plain: Segmenter, everything: str) -> list[Checked]:
    if len(word) > LONGEST or " " in word:
        return [Checked(number, word, "no_word", "is a phrase; the model learns phrases itself")]
    if len(word) == 1:
        return [Checked(number, word, "one_character", "has one character and changes nothing")]
    found = []
    if plain.cut(word) == [word]:
        found.append(Checked(number, word, "known", "is in jieba's own dictionary already"))
    if word not in everything:
        found.append(Checked(number, word, "dead", "stands in no sentence"))
    return found


def _word(word: str) -> str:
    plain = normalise(word)
    if not 2 <= len(plain) <= LONGEST or " " in plain:
        raise BadInput(f"{word!r} is no word: 2 to {LONGEST} characters without blanks")
    return plain


def _best(mind: Mind, segmenter: Segmenter, texts: Sequence[str]) -> list[tuple[str, float]]:
    """Return the best intent of each normalised text and how sure it is."""
    bundle = mind.bundle
    if not texts:
        return []
    rows = bundle.vocabulary.rows([(text, segmenter.cut(text)) for text in texts])
    probabilities = bundle.model.probabilities(rows)
    best = probabilities.argmax(axis=1)
    intents = bundle.model.intents
    sure = probabilities.max(axis=1).tolist()
    return [(intents[i], round(p, 4)) for i, p in zip(best.tolist(), sure, strict=True)]
