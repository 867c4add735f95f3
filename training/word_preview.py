"""A model trained with new words, and what is wrong with the lines of a dictionary."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from training.train import train
from triagebot.domain.catalogue import Catalogue
from triagebot.domain.label import Label
from triagebot.triage.normalise import normalise
from triagebot.triage.registry import load
from triagebot.triage.segment import Segmenter, build_segmenter
from triagebot.triage.think import Mind, wake
from triagebot.triage.word_preview import LONGEST, as_word


@dataclass(frozen=True, slots=True)
class Checked:
    """What is to be said of one line of a dictionary; `code` is stable and for programs."""

    line: int
    word: str
    code: str
    message: str


def retrain(words: Sequence[str], catalogue: Catalogue, labels: Sequence[Label], jobs: int) -> Mind:
    """Return the mind of a model trained with `words` added; nothing is kept on disk."""
    added = tuple(dict.fromkeys([*catalogue.words, *map(as_word, words)]))
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
