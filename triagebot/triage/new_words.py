"""Find words that the dictionary lacks in what fans write.

A candidate is a run of 2 to 6 units; a unit is one Han character or one run of letters and digits,
so that F码 and 2s线 have two. It is a word when its parts hold together far more often than chance
(the least pointwise mutual information of its cuts), when what stands before and after it varies
(branching entropy on both sides), and when the segmenter tears it: once, or half of the time
where it is one word when it stands alone (手机 is torn for 手机号 now and then). A candidate that
is nearly always part of a longer one is dropped for it.

After Sproat and Shih (1990) for the association, Jin and Tanaka-Ishii (2006) for the entropy.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from triagebot.triage.normalise import MASKS, normalise
from triagebot.triage.segment import Segmenter

LONGEST = 6
ASSOCIATION = 3.5
"""Bits by which the parts of a word attract each other at the least."""

ENTROPY = 1.2
"""Bits that either neighbour of a word has at the least."""

PART = 0.8
"""A candidate that is this often inside a longer one is only part of it."""

LOOKED_AT = 20
"""In how many messages a word is looked at, to see how often it is torn."""

TORN = 0.5
"""A word that is whole when alone is new only if it is torn in such a share of messages."""

PHRASE = 0.2
"""What a candidate counts for when the segmenter cuts it into whole words."""

_UNIT = re.compile(r"[\u3400-\u9fff]|[a-z0-9]+(?:\.[0-9]+)?|[^\s]")
_WORDLIKE = re.compile(r"[\u3400-\u9fff]|[a-z0-9.]+")
_HAN = re.compile(r"[\u3400-\u9fff]")
_LOOSE = frozenset(
    "的了吗呢吧啊呀哦嘛么我你他她它您们这那是在有没不就都也还和跟与及或很太好真又再才可能会要想让被把给"
    "个么一两几多少啥怎什为因所以但而且从到对说看请谢上下里去来得着过"
)
"""Characters with which a phrase begins or ends, hardly ever a new word."""

Units = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NewWord:
    """A word to add: in how many messages it stands, how one is cut now, why it is a word.

    `association` and `entropy` are bits; `example` is the part of the message that `cut` cuts.
    """

    word: str
    messages: int
    cut: tuple[str, ...]
    association: float
    entropy: float
    example: str


def suggest(
    texts: Iterable[str], segmenter: Segmenter, least: int = 5, top: int = 50
) -> list[NewWord]:
    """Return up to `top` new words that stand in at least `least` messages, most telling first."""
    runs = [run for text in texts for run in _runs(normalise(text))]
    counts = _counts(runs, least)
    total = sum(len(run) for run in runs)
    kept = [units for units in counts if len(units) > 1 and _may_be_word(units)]
    strong = {u: a for u in kept if (a := _association(u, counts, total)) >= ASSOCIATION}
    entropies = _entropies(runs, strong)
    free = {units for units in strong if entropies[units] >= ENTROPY}
    free -= _mere_parts(free, counts)
    found: list[NewWord] = []
    ranked = sorted((-_weight(counts[u], entropies[u], segmenter, u), u) for u in free)
    for _, units in ranked:
        word = "".join(units)
        if any(one.word in word for one in found):
            continue
        cut = _torn(word, list(islice(_having(runs, units), LOOKED_AT)), segmenter)
        if cut:
            strength, varied = round(strong[units], 2), round(entropies[units], 2)
            found.append(NewWord(word, counts[units], cut, strength, varied, "".join(cut)))
        if len(found) == top:
            break
    return found


def _torn(word: str, runs: Sequence[Units], segmenter: Segmenter) -> tuple[str, ...]:
    """Return how the first of `runs` is cut in which the word is torn; nothing if it is known."""
    cuts = [tuple(segmenter.cut("".join(run))) for run in runs]
    torn = [cut for cut in cuts if word not in cut]
    whole_alone = segmenter.cut(word) == [word]
    if not torn or (whole_alone and len(torn) < TORN * len(cuts)):
        return ()
    return torn[0]


def _having(runs: Iterable[Units], units: Units) -> Iterator[Units]:
    size = len(units)
    for run in runs:
        if any(run[i : i + size] == units for i in range(len(run) - size + 1)):
            yield run


def _weight(messages: int, entropy: float, segmenter: Segmenter, units: Units) -> float:
    """Return how telling a candidate is: one cut into known words only is rather a phrase."""
    cut = segmenter.cut("".join(units))
    phrase = PHRASE if all(len(part) > 1 for part in cut) else 1.0
    return phrase * messages * min(entropy, 4.0)


def _runs(text: str) -> Iterator[Units]:
    """Yield the stretches of a text that have nothing but Han characters, letters and digits."""
    run: list[str] = []
    for found in re.finditer(rf"\s|{_UNIT.pattern}", text):
        unit = found[0]
        if _WORDLIKE.fullmatch(unit) and unit not in MASKS.values():
            run.append(unit)
        elif run:
            yield tuple(run)
            run = []
    if run:
        yield tuple(run)


def _counts(runs: Sequence[Units], least: int) -> dict[Units, int]:
    """Count runs of units; a longer one can be frequent only if both its ends are."""
    known: dict[Units, int] = {}
    for size in range(1, LONGEST + 1):
        counts: Counter[Units] = Counter()
        for run in runs:
            for i in range(len(run) - size + 1):
                units = run[i : i + size]
                if size == 1 or (units[:-1] in known and units[1:] in known):
                    counts[units] += 1
        more = {units: n for units, n in counts.items() if size == 1 or n >= least}
        if not more:
            break
        known |= more
    return known


def _may_be_word(units: Units) -> bool:
    if units[0] in _LOOSE or units[-1] in _LOOSE:
        return False
    if not any(_HAN.fullmatch(unit) for unit in units):
        return False
    digits = sum(unit.isdecimal() for unit in units)
    return digits == 0


def _association(units: Units, counts: dict[Units, int], total: int) -> float:
    cuts = (
        counts[units] * total / (counts[units[:i]] * counts[units[i:]])
        for i in range(1, len(units))
    )
    return math.log2(min(cuts))


def _entropies(runs: Sequence[Units], words: Iterable[Units]) -> dict[Units, float]:
    """Return the lower of the entropies of what stands before and after each word.

    The end of a run is a new neighbour every time: nothing could be said of a word without one.
    """
    before: dict[Units, Counter[object]] = {units: Counter() for units in words}
    after: dict[Units, Counter[object]] = {units: Counter() for units in words}
    for number, run in enumerate(runs):
        for size in range(2, min(LONGEST, len(run)) + 1):
            for i in range(len(run) - size + 1):
                units = run[i : i + size]
                if units in before:
                    before[units][run[i - 1] if i else number] += 1
                    after[units][run[i + size] if i + size < len(run) else number] += 1
    return {units: min(_entropy(before[units]), _entropy(after[units])) for units in before}


def _entropy(counts: Counter[object]) -> float:
    total = sum(counts.values())
    if not total:
        return 0.0
    return math.log2(total) - sum(n * math.log2(n) for n in counts.values()) / total


def _mere_parts(words: set[Units], counts: dict[Units, int]) -> set[Units]:
    """Return the words that are nearly always inside a longer one."""
    return {
        longer[i : i + size]
        for longer in words
        for size in range(2, len(longer))
        for i in range(len(longer) - size + 1)
        if longer[i : i + size] in words and counts[longer] >= PART * counts[longer[i : i + size]]
    }
