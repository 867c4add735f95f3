"""How much any one may bring into a training set, so that nobody alone makes the model.

Only what people said at the desk is capped: sentences of the catalogue and imported labels are an
engineer's choice, and count among what the others brought. Whose label is not known is not capped
by that. The bounds lie where honest use does not come; what is above one is left out by lot, so
that neither the first nor the last to come is heard alone.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class Kind(StrEnum):
    """What a cap is of: one wording and its near duplicates, one fan, one agent, one day."""

    WORDING = "wording"
    FAN = "fan"
    AGENT = "agent"
    DAY = "day"


_SHARED = (Kind.AGENT, Kind.DAY)
_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class Share:
    """At most `part` of an intent's rows with what all others brought, `floor` rows in any case.

    It holds from `several` parties in the whole set on: who labels alone is the team. So many who
    bring the same never meet a `part` of 1 / `several`.
    """

    part: float
    floor: int
    several: int


@dataclass(frozen=True, slots=True)
class Caps:
    """The bounds; rows of one fan and of one wording are counted over all intents."""

    fan: int = 10
    wording: int = 30
    agent: Share = Share(1 / 3, 20, 3)
    day: Share = Share(0.5, 100, 7)


@dataclass(frozen=True, slots=True)
class Capped:
    """How many rows of one intent were left out of what one party brought.

    `name` is the person's, the fan's number in the store, the date, or one of the wordings.
    """

    kind: Kind
    name: str
    intent: str
    left_out: int


class Said(Protocol):
    """A row that may be capped."""

    @property
    def intent(self) -> str:
        """What it is said to be."""

    @property
    def is_of_desk(self) -> bool:
        """Whether somebody said so at the desk."""

    def party(self, kind: Kind) -> str:
        """Return whose it is, empty where that is not known."""


def parties_in(said: Iterable[Said]) -> Counter[Kind]:
    """Return how many agents and days are among all that was said, before one row hid another."""
    names = {(kind, row.party(kind)) for row in said if row.is_of_desk for kind in _SHARED}
    return Counter(kind for kind, name in names if name)


def above(
    rows: Sequence[Said], texts: Sequence[str], caps: Caps, parties: Mapping[Kind, int]
) -> dict[int, Kind]:
    """Return which rows are above a cap, by number, and which cap it is.

    `texts` draw the lots; `parties` is what `parties_in` returns, as whoever relabels everything
    would seem to be alone.
    """
    left = [number for number, row in enumerate(rows) if row.is_of_desk]
    fixed = Counter(row.intent for row in rows if not row.is_of_desk)
    found: dict[int, Kind] = {}
    for kind, most in ((Kind.FAN, caps.fan), (Kind.WORDING, caps.wording)):
        for members in _parties(rows, left, kind).values():
            found |= dict.fromkeys(_drawn(members, texts, most), kind)
        left = [number for number in left if number not in found]
    for kind, share in ((Kind.AGENT, caps.agent), (Kind.DAY, caps.day)):
        if parties[kind] >= share.several:
            found |= dict.fromkeys(_above_share(rows, left, kind, share, fixed, texts), kind)
            left = [number for number in left if number not in found]
    return found


def _above_share(
    rows: Sequence[Said],
    left: Sequence[int],
    kind: Kind,
    share: Share,
    fixed: Mapping[str, int],
    texts: Sequence[str],
) -> Iterator[int]:
    of_intent: dict[str, list[int]] = {}
    for number in left:
        of_intent.setdefault(rows[number].intent, []).append(number)
    for intent, numbers in of_intent.items():
        whole = fixed.get(intent, 0) + len(numbers)
        for members in _parties(rows, numbers, kind).values():
            others = whole - len(members)
            most = max(share.floor, int(others * share.part / (1 - share.part) + _ROUNDING))
            yield from _drawn(members, texts, most)


def _parties(rows: Sequence[Said], numbers: Iterable[int], kind: Kind) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for number in numbers:
        name = rows[number].party(kind)
        if name:
            found.setdefault(name, []).append(number)
    return found


def _drawn(members: Sequence[int], texts: Sequence[str], most: int) -> Sequence[int]:
    """Return the members that the lot leaves out, none where they are not too many."""
    if len(members) <= most:
        return ()
    return sorted(members, key=lambda number: _lot(texts[number]))[most:]


def _lot(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
