"""Say how far people agree when they judge the same message."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

from triagebot.domain.label import Label
from triagebot.triage.normalise import normalise


@dataclass(frozen=True, slots=True)
class Pair:
    """Two people over the `n` messages that both judged.

    `kappa` is Cohen's: 1 for full agreement, 0 for no more than chance would give; None when both
    always said one and the same thing, so that chance explains everything.
    """

    first: str
    second: str
    n: int
    agreed: int
    kappa: float | None


@dataclass(frozen=True, slots=True)
class Agreement:
    """All pairs of people, and the intents they disagree on, most often first.

    `shown` labels were given by somebody who saw the model's guess, `followed` of them said the
    same as it: a share far above the model's accuracy means habit, not judgement.
    """

    messages: int
    judged_twice: int
    pairs: tuple[Pair, ...]
    disputes: tuple[tuple[str, str, int], ...]
    shown: int
    followed: int


def agreement(labels: Iterable[Label]) -> Agreement:
    """Return how far people agree; of one person's labels of a message the newest counts.

    Messages are the same by id, or by normalised text where they have none.
    """
    said: dict[str, dict[str, Label]] = {}
    for label in sorted(labels, key=lambda one: one.at):
        key = label.message_id or normalise(label.text)
        said.setdefault(key, {})[label.by] = label
    both: dict[tuple[str, str], list[tuple[str, str]]] = {}
    disputes: Counter[tuple[str, str]] = Counter()
    for people in said.values():
        for a, b in combinations(sorted(people), 2):
            pair = people[a].intent, people[b].intent
            both.setdefault((a, b), []).append(pair)
            if pair[0] != pair[1]:
                disputes[(min(pair), max(pair))] += 1
    shown = [one for people in said.values() for one in people.values() if one.shown]
    return Agreement(
        messages=len(said),
        judged_twice=sum(len(people) > 1 for people in said.values()),
        pairs=tuple(_pair(a, b, judged) for (a, b), judged in sorted(both.items())),
        disputes=tuple(
            (a, b, n)
            for (a, b), n in sorted(disputes.items(), key=lambda item: (-item[1], item[0]))
        ),
        shown=len(shown),
        followed=sum(one.shown == one.intent for one in shown),
    )


def kappa(judged: Sequence[tuple[str, str]]) -> float | None:
    """Return Cohen's kappa of two people's judgements, or None where chance explains all."""
    n = len(judged)
    first, second = Counter(a for a, _ in judged), Counter(b for _, b in judged)
    chance = sum(first[intent] * second[intent] for intent in first) / (n * n)
    if chance == 1.0:
        return None
    return (sum(a == b for a, b in judged) / n - chance) / (1.0 - chance)


def _pair(first: str, second: str, judged: Sequence[tuple[str, str]]) -> Pair:
    return Pair(first, second, len(judged), sum(a == b for a, b in judged), kappa(judged))
