"""Cuts a text into messages that WeChat takes, where a reader would pause."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence

LIMIT = 2000
"""Bytes of UTF-8 in one message: WeChat's own limit is 2047 or 2048, nobody knows which."""

_LINK = re.compile(r"<a\s[^<>]*>[^<]*</a\s*>|<a\s[^<>]*>", re.IGNORECASE)
_JOINER = "\u200d"
_EXTENDING = frozenset({"Mn", "Me", "Mc"})
_ELLIPSIS = "…"


def split_text(text: str, limit: int = LIMIT) -> list[str]:
    """Return `text` in parts of at most `limit` bytes, trimmed, none of them empty.

    Cuts after a paragraph if one ends in the last three quarters of the part, else a line, a
    sentence, a word, a character; never inside a character with its marks, an emoji joined of
    several, or a link, unless that alone is over the limit.
    """
    atoms = list(_atoms(text.strip(), limit))
    parts = []
    while atoms:
        count = _fitting(atoms, limit)
        if count < len(atoms):
            count = _pause(atoms, count, limit)
        parts.append("".join(atoms[:count]).strip())
        atoms = atoms[count:]
    return [part for part in parts if part]


def shorten(text: str, limit: int = LIMIT) -> str:
    """Return the first part of `text`, with an ellipsis if something had to go."""
    parts = split_text(text, limit)
    if len(parts) <= 1:
        return parts[0] if parts else ""
    room = limit - len(_ELLIPSIS.encode())
    return split_text(text, room)[0] + _ELLIPSIS if room > 0 else ""


def _fitting(atoms: Sequence[str], limit: int) -> int:
    used = 0
    for count, atom in enumerate(atoms):
        used += _size(atom)
        if used > limit:
            return max(count, 1)
    return len(atoms)


def _pause(atoms: Sequence[str], count: int, limit: int) -> int:
    """Return the best place to cut at or before `count`; white space around it is dropped."""
    best = (0, count)
    used = sum(_size(atom) for atom in atoms[:count])
    for place in range(count, 0, -1):
        if used < limit / 4:
            break
        rank = _rank(atoms, place)
        if rank > best[0]:
            best = (rank, place)
        used -= _size(atoms[place - 1])
    return best[1]


def _rank(atoms: Sequence[str], place: int) -> int:
    before = atoms[place - 1]
    after = atoms[place] if place < len(atoms) else ""
    if "\n" in before or "\n" in after:
        both = "\n" in before and "\n" in (after, atoms[place - 2] if place > 1 else "")
        return 4 if both else 3
    if before in tuple("。！？!?") or (before == "." and not after.isalnum()):
        return 2
    return 1 if before.isspace() or after.isspace() else 0


def _atoms(text: str, limit: int) -> Iterator[str]:
    """Yield what must stay whole: links, and characters with all that belongs to them."""
    text = text.replace("\r\n", "\n")
    place = 0
    for link in _LINK.finditer(text):
        yield from _characters(text[place : link.start()], limit)
        whole = link.group()
        if _size(whole) <= limit:
            yield whole
        else:
            yield from _characters(whole, limit)
        place = link.end()
    yield from _characters(text[place:], limit)


def _characters(text: str, limit: int) -> Iterator[str]:
    start = 0
    for place in range(1, len(text) + 1):
        if place < len(text) and _belongs(text, start, place):
            continue
        whole = text[start:place]
        if _size(whole) <= limit:
            yield whole
        else:
            yield from whole
        start = place


def _belongs(text: str, start: int, place: int) -> bool:
    """Say whether the code point at `place` continues the character that begins at `start`."""
    code = text[place]
    if code < "\u0300":
        return False
    if code == _JOINER or text[place - 1] == _JOINER:
        return True
    if unicodedata.category(code) in _EXTENDING or "\U0001f3fb" <= code <= "\U0001f3ff":
        return True
    if "\U000e0020" <= code <= "\U000e007f" or "\u1160" <= code <= "\u11ff":
        return True
    in_pair = place - start > 1 and _is_flag(text[place - 2])
    return _is_flag(code) and _is_flag(text[place - 1]) and not in_pair


def _is_flag(code: str) -> bool:
    return "\U0001f1e6" <= code <= "\U0001f1ff"


def _size(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))
