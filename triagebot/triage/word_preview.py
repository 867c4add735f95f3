"""What words added to the dictionary, or taken out of it, change: cuts, predictions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from triagebot.errors import BadInput, NothingToDo
from triagebot.triage.normalise import mask, normalise
from triagebot.triage.segment import Segmenter, build_segmenter
from triagebot.triage.think import Mind

LONGEST = 20
Best = tuple[str, float]


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
    """What the words change in `messages` messages; `retrained` says by which model.

    `words` are added, `removed` taken out.
    """

    words: tuple[str, ...]
    messages: int
    recut: tuple[Recut, ...]
    flips: tuple[Flip, ...]
    retrained: bool
    removed: tuple[str, ...] = ()


def preview(
    words: Sequence[str],
    mind: Mind,
    texts: Sequence[str],
    retrained: Mind | None = None,
    removed: Sequence[str] = (),
) -> Preview:
    """Return what adding `words` and taking out `removed` changes in `texts`.

    Without `retrained` the present model thinks with the new cuts, as it would until the next
    training; with it, that model's predictions are compared. Raises `BadInput` for a word that is
    none, `NothingToDo` without texts.
    """
    added = tuple(map(as_word, words))
    heard = [text for text in map(normalise, dict.fromkeys(texts)) if text]
    if not heard:
        raise NothingToDo("there are no messages to look at; name a file")
    known = mind.bundle.words
    old = build_segmenter(known)
    new = build_segmenter([*(word for word in known if word not in removed), *added])
    touched = [text for text in heard if any(word in text for word in (*added, *removed))]
    judged = heard if retrained else touched
    before, after = _best(mind, old, judged), _best(retrained or mind, new, judged)
    return Preview(
        added,
        len(heard),
        _recut(touched, old, new),
        _flips(judged, before, after),
        retrained is not None,
        tuple(removed),
    )


def as_word(word: str) -> str:
    """Return a word as the dictionary has it. Raises `BadInput` for what is none."""
    plain = normalise(word)
    if not 2 <= len(plain) <= LONGEST or " " in plain or "#" in plain or not plain.isprintable():
        message = f"{word!r} is no word: 2 to {LONGEST} characters without blanks"
        raise BadInput(message, fields={"words": "form"})
    return plain


def _recut(texts: Sequence[str], old: Segmenter, new: Segmenter) -> tuple[Recut, ...]:
    cuts = (Recut(mask(text), tuple(old.cut(text)), tuple(new.cut(text))) for text in texts)
    return tuple(one for one in cuts if one.before != one.after)


def _flips(texts: Sequence[str], before: Sequence[Best], after: Sequence[Best]) -> tuple[Flip, ...]:
    flips = (
        Flip(mask(text), *was, *now)
        for text, was, now in zip(texts, before, after, strict=True)
        if was[0] != now[0]
    )
    ranked = sorted(flips, key=lambda f: (-max(f.before_confidence, f.after_confidence), f.text))
    return tuple(ranked)


def _best(mind: Mind, segmenter: Segmenter, texts: Sequence[str]) -> list[Best]:
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
