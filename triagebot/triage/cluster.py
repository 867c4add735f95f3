"""Group waiting messages so that one decision serves many.

First what reads alike: the same words, then neighbours, never across different models, versions,
numbers, a denial or another kind of question. What stays alone is grouped by the answer that fits
it best, and what is none of the brand's business by its intent.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TypeVar

from triagebot.triage.answers import bare
from triagebot.triage.asking import Asking, asking
from triagebot.triage.features import Vocabulary
from triagebot.triage.likeness import Heard, Likeness, Star, stars
from triagebot.triage.specifics import Specifics, matter, specifics

LEAST = 0.66
"""The cosine to the centre from which on a message is shown with a cluster."""

TICKED = {"alike": 0.75, "answer": 0.95, "intent": 0.9}
"""From which nearness on a member is ticked; less typical ones wait for somebody to say so."""

FEW = 3
"""A cluster of fewer joins those of the same answer or intent instead."""

ANSWER_FLOOR = 0.4
INTENT_FLOOR = 0.5


class Kind(StrEnum):
    """What the members of a cluster share: their words, the answer that fits, or the intent."""

    ALIKE = "alike"
    ANSWER = "answer"
    INTENT = "intent"


@dataclass(frozen=True, slots=True)
class Waiting:
    """A message to group, with what the model made of it when it came."""

    text: str
    intent: str | None = None
    confidence: float = 0.0
    answer: str | None = None
    answer_confidence: float = 0.0


@dataclass(frozen=True, slots=True)
class Member:
    """The place of a message in what was given, and how near it is to the heart, 0..1.

    `agrees` unless it names things that the heart does not, or the heart names more; where only
    the answer is shared, unless it asks in another way than most.
    """

    place: int
    nearness: float
    agrees: bool = True


@dataclass(frozen=True, slots=True)
class Cluster:
    """Members, most typical first, with the intent and the answer that most of them have."""

    kind: Kind
    members: tuple[Member, ...]
    intent: str | None
    answer: str | None

    @property
    def ticked(self) -> tuple[Member, ...]:
        """Those near enough to be decided on unseen."""
        least = TICKED[self.kind]
        return tuple(each for each in self.members if each.agrees and each.nearness >= least)


def cluster(
    waiting: Sequence[Waiting],
    hear: Callable[[str], Heard],
    vocabulary: Vocabulary,
    loose: Callable[[str], bool],
    least: float = LEAST,
) -> list[Cluster]:
    """Return the clusters, largest first; every message is in exactly one.

    `loose(intent)` tells the intents that nothing needs to be said to, such as small talk. With a
    higher `least` clusters get smaller and purer.
    """
    heard = [hear(each.text) for each in waiting]
    apart = [_apart(each.text, plain) for each, (plain, _) in zip(waiting, heard, strict=True)]
    alike = _alike(waiting, heard, apart, vocabulary, least)
    big = [members for members in alike if len(members) >= FEW]
    rest = [member for members in alike if len(members) < FEW for member in members]
    by_answer, rest = _gather(waiting, rest, _answer)
    by_intent, rest = _gather(waiting, rest, lambda each: _intent(each, loose))
    left = {member.place for member in rest}
    few = [tuple(m for m in members if m.place in left) for members in alike if len(members) < FEW]
    groups = {
        Kind.ALIKE: [*big, *filter(None, few)],
        Kind.ANSWER: [_as_most(members, apart) for members in by_answer],
        Kind.INTENT: by_intent,
    }
    found = [_made(kind, members, waiting) for kind, all_ in groups.items() for members in all_]
    return sorted(found, key=lambda each: -len(each.members))


Members = tuple[Member, ...]
Key = TypeVar("Key", bound=Hashable)
Apart = tuple[Specifics, Asking]
"""What must be equal for two messages to stand in one cluster of alike ones."""


def _apart(text: str, plain: str) -> Apart:
    return specifics(text), asking(plain)


def _alike(
    waiting: Sequence[Waiting],
    heard: Sequence[Heard],
    apart: Sequence[Apart],
    vocabulary: Vocabulary,
    least: float,
) -> list[Members]:
    same = _by((bare(text), apart[i]) for i, (text, _) in enumerate(heard))
    firsts = sorted(
        (places[0] for places in same.values()),
        key=lambda i: (waiting[i].answer or "", heard[i][0]),
    )
    twins = {places[0]: places for places in same.values()}
    likeness, found = Likeness([heard[i] for i in firsts], vocabulary), []
    for group in _by((apart[i], waiting[i].intent) for i in firsts).values():
        own = [firsts[i] for i in group]
        if len(own) == 1:
            found.append(tuple(Member(i, 1.0) for i in twins[own[0]]))
            continue
        for star in stars(likeness.rows(group), [len(twins[i]) for i in own], least):
            found.append(tuple(_members(star, own, twins, heard)))
    return found


def _members(
    star: Star, own: Sequence[int], twins: Mapping[int, list[int]], heard: Sequence[Heard]
) -> Iterator[Member]:
    """Yield the messages around a centre, each with those of the same words."""
    heart = matter(heard[own[star.rows[0]]][1])
    for row, cosine in zip(star.rows, star.cosines, strict=True):
        agrees = matter(heard[own[row]][1]) == heart
        for place in twins[own[row]]:
            yield Member(place, cosine, agrees)


def _by(keys: Iterable[Key]) -> Mapping[Key, list[int]]:
    """Return the places of each key."""
    places: dict[Key, list[int]] = defaultdict(list)
    for i, key in enumerate(keys):
        places[key].append(i)
    return places


Judge = Callable[[Waiting], tuple[str, float] | None]


def _answer(each: Waiting) -> tuple[str, float] | None:
    if each.answer is None or each.answer_confidence < ANSWER_FLOOR:
        return None
    return each.answer, each.answer_confidence


def _intent(each: Waiting, loose: Callable[[str], bool]) -> tuple[str, float] | None:
    if each.intent is None or each.confidence < INTENT_FLOOR or not loose(each.intent):
        return None
    return each.intent, each.confidence


def _gather(
    waiting: Sequence[Waiting], rest: Sequence[Member], judge: Judge
) -> tuple[list[Members], list[Member]]:
    """Return groups of at least `FEW` by what `judge` names, and those that are in none."""
    groups: dict[str, list[Member]] = defaultdict(list)
    for member in rest:
        judged = judge(waiting[member.place])
        if judged:
            groups[judged[0]].append(Member(member.place, judged[1]))
    big = [
        tuple(sorted(members, key=lambda each: -each.nearness))
        for members in groups.values()
        if len(members) >= FEW
    ]
    taken = {member.place for members in big for member in members}
    return big, [member for member in rest if member.place not in taken]


def _as_most(members: Members, apart: Sequence[Apart]) -> Members:
    """Return those that ask in the way of most first; the others do not agree."""
    most = Counter(apart[member.place] for member in members).most_common(1)[0][0]
    judged = [replace(member, agrees=apart[member.place] == most) for member in members]
    return tuple(sorted(judged, key=lambda each: not each.agrees))


def _made(kind: Kind, members: Members, waiting: Sequence[Waiting]) -> Cluster:
    own = [waiting[member.place] for member in members]
    intent = _most(each.intent for each in own)
    answer = _most(each.answer for each in own)
    return Cluster(kind, members, intent, answer)


def _most(names: Iterable[str | None]) -> str | None:
    counted = Counter(name for name in names if name is not None)
    return counted.most_common(1)[0][0] if counted else None
