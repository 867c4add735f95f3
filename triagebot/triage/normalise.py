"""Bring what fans type into one form for matching, with everything personal masked.

The result is for matching only; what is shown or sent is always the fan's own text.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from opencc import OpenCC

MASKS = {
    "phone": "☎",
    "order": "⌗",
    "identity": "♚",
    "link": "↗",
    "mail": "✉",
    "face": "☺",
}
"""What stands for a masked thing: single symbols that no word list holds and people can read."""

MAX_CHARACTERS = 600
"""A message is judged by its beginning; WeChat itself cuts text at about this length."""

_IDENTITY = re.compile(r"(?<![0-9a-z])[1-9]\d{16}[0-9x](?![0-9a-z])", re.IGNORECASE)
_PHONE = re.compile(r"(?<!\d)(?:\+?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}(?!\d)")
_ORDER = re.compile(r"(?<![0-9a-z])[a-z]{0,4}\d{9,}(?![0-9])", re.IGNORECASE)
_LINK = re.compile(r"(?:https?://|www\.)[^\s\u4e00-\u9fff，。！？、]+", re.IGNORECASE)
_MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+", re.ASCII)
# WeChat sends its built-in faces as text: [微笑] or the older /::) family.
_FACE = re.compile(
    r"\[[\u4e00-\u9fffA-Za-z]{1,8}\]|/:(?::[^\s]|[a-z@!><&*?|-]{1,4})", re.IGNORECASE
)
_EMOJI = re.compile("[\u2600-\u260d\u260f-\u2639\U0001f300-\U0001faff]+")
_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufe00-\ufe0f\ufeff\u00ad]")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]+")
_REPEAT = re.compile(r"(.)\1{3,}")

# Nothing of which any of the above but repeats and spaces is made: most messages, so that they are
# looked through once.
_PLAIN = re.compile(r"[\u4e00-\u9fffa-zA-Z ,?!。、~]*")


def mask(text: str) -> str:
    """Replace phone, order and identity numbers, links, mail addresses by their symbols.

    This is the form in which messages may be logged, exported and trained on.
    """
    text = _LINK.sub(MASKS["link"], text)
    text = _MAIL.sub(MASKS["mail"], text)
    text = _IDENTITY.sub(MASKS["identity"], text)
    text = _PHONE.sub(MASKS["phone"], text)
    return _ORDER.sub(MASKS["order"], text)


def normalise(text: str) -> str:
    """Return the form used for matching.

    Full-width and compatibility characters become plain (NFKC), traditional characters
    simplified, letters lower case; numbers of persons and orders, links, faces and emoji become
    symbols; four or more of a character become three; invisible characters go.
    """
    text = unicodedata.normalize("NFKC", text[:MAX_CHARACTERS])
    if not _PLAIN.fullmatch(text):
        text = _INVISIBLE.sub("", text)
        text = _FACE.sub(MASKS["face"], text)
        text = mask(text)
        text = _EMOJI.sub(MASKS["face"], text)
        text = _CONTROL.sub(" ", text)
    text = _simplifier().convert(text.lower())
    text = _REPEAT.sub(_thrice, text)
    return " ".join(text.split())


def _thrice(repeat: re.Match[str]) -> str:
    return repeat[1] * 3


@lru_cache(maxsize=1)
def _simplifier() -> OpenCC:
    from opencc import OpenCC  # loads its dictionaries, so only when the first text comes

    return OpenCC("t2s")
