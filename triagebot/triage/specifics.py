"""What must be equal before two messages may share one answer, however alike they read."""

from __future__ import annotations

import re
import unicodedata

Specifics = tuple[str, ...]
"""Numbers, Latin words and counted things of a message, sorted, and `NEGATED` where it denies."""

NEGATED = "¬"

_COUNTED = "[零一二两三四五六七八九十百]"
_UNITS = re.compile(rf"[a-z]+|\d+(?:\.\d+)*|{_COUNTED}+(?=代|号|折|期|天|年|个|块|元)")
_ASKED_BOTH_WAYS = re.compile(r"(.)[不没](?=\1)|[有是能会好对行]没有|有没有|是不是|要不要|能不能")
_NEGATION = re.compile(r"[不没無无未别]|拒绝|取消|关闭|停止")


def specifics(text: str) -> Specifics:
    """Return what sets a message apart: models, versions, amounts, numbers of orders, a denial.

    `note 3` and `Note3` are equal, `note3` and `note4` are not. It reads the fan's own words, as
    the normalised form hides numbers of orders and telephones.
    """
    plain = unicodedata.normalize("NFKC", text).lower()
    units = sorted(_UNITS.findall(plain))
    if _NEGATION.search(_ASKED_BOTH_WAYS.sub("", plain)):
        units.append(NEGATED)
    return tuple(units)
