"""The n-grams that are features, as text: what `keys.py` draws as numbers, and where each stands.

Words stand alone; characters alone, as 2-grams, and as all pairs of different characters that a
message has, wherever they stand: fans turn the order of words around, and drop words in between.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

CHARACTER_SIZES = (1, 2)
PAIRED = 16
"""Of how many different characters of a message, the first ones, all pairs are features."""


@dataclass(frozen=True, slots=True)
class Gram:
    """One occurrence of an n-gram: its text and the units it covers, `start` to `stop`."""

    text: str
    start: int
    stop: int


def word_grams(tokens: Sequence[str]) -> list[Gram]:
    """Return the words of `tokens`; positions count tokens, blanks are passed over."""
    return [Gram(token, i, i + 1) for i, token in enumerate(tokens) if token.strip()]


def character_grams(text: str) -> list[Gram]:
    """Return the character n-grams of `text`, with `^` and `$` for its ends.

    Positions count characters of `text`; the end signs count as the character next to them. A pair
    comes twice, once at the place where each of its characters first stands.
    """
    places = [i for i, character in enumerate(text) if character != " "]
    if not places:
        return []
    signs = ["^", *(text[i] for i in places), "$"]
    places = [places[0], *places, places[-1]]
    grams = []
    for size in CHARACTER_SIZES:
        for i in range(len(signs) - size + 1):
            grams.append(Gram("".join(signs[i : i + size]), places[i], places[i + size - 1] + 1))
    for pair in combinations(paired(text), 2):
        grams += [Gram(" ".join(pair), i, i + 1) for i in map(text.index, pair)]
    return grams


def word_ngrams(tokens: Sequence[str]) -> list[str]:
    """Return the texts of `word_grams`, without the cost of positions."""
    return [token for token in tokens if token.strip()]


def character_ngrams(text: str) -> list[str]:
    """Return the texts of `character_grams`, each pair once, without the cost of positions."""
    text = text.replace(" ", "")
    if not text:
        return []
    signs = f"^{text}$"
    return [
        *signs,
        *map(str.__add__, signs, signs[1:]),
        *map(" ".join, combinations(paired(text), 2)),
    ]


def paired(text: str) -> str:
    """Return the characters of which all pairs are features, in order."""
    return "".join(sorted([*dict.fromkeys(text.replace(" ", ""))][:PAIRED]))
