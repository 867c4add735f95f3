"""What counts as a word in search: each Han character, and each run of other letters and digits.

Both engines index this, so they find the same; and the marks on a text are computed from it.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

MAX_TOKEN = 64
MAX_TOKENS = 2_000

_HAN = "\u3007\u2e80-\u2fdf\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_TOKEN = re.compile(rf"[{_HAN}]|[^\W_{_HAN}]+")

Phrase = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Token:
    """A word in its folded form and where it stands, in characters of the text."""

    word: str
    start: int
    end: int


class _Folding(dict[int, str]):
    """Plain lower-case form of each character, one for one so that places stay true."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        folded = unicodedata.normalize("NFKC", character).lower()
        self[code] = folded if len(folded) == 1 else character
        return self[code]


_folding = _Folding()


def tokenise(text: str) -> list[Token]:
    """Return the words of a text in order, at most `MAX_TOKENS`."""
    found: list[Token] = []
    for match in _TOKEN.finditer(text.translate(_folding)):
        if len(found) == MAX_TOKENS:
            break
        found.append(Token(match[0][:MAX_TOKEN], match.start(), match.end()))
    return found


def words_of(text: str) -> list[str]:
    """Return the words of `tokenise` without their places, in a third of the time."""
    words: list[str] = _TOKEN.findall(text.translate(_folding))
    if len(text) <= MAX_TOKEN:  # then nothing in it is too long or too much
        return words
    return [word[:MAX_TOKEN] for word in words[:MAX_TOKENS]]


def phrases(query: str) -> list[Phrase]:
    """Return what a query asks for: between blanks, words that must follow each other."""
    parts = (tuple(words_of(part)) for part in query.split())
    return [part for part in parts if part]


def marks(text: str, wanted: list[Phrase]) -> list[tuple[int, int]]:
    """Return where the phrases stand in a text: starts and ends in characters, not overlapping."""
    found = tokenise(text)
    words = [token.word for token in found]
    spans = [
        (found[place].start, found[place + len(phrase) - 1].end)
        for phrase in wanted
        for place in range(len(words) - len(phrase) + 1)
        if tuple(words[place : place + len(phrase)]) == phrase
    ]
    return _merged(sorted(spans))


def _merged(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for start, end in spans:
        if joined and start < joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined
