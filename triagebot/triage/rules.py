"""Keyword rules: words that decide by themselves, in the order they are written."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from triagebot.domain.catalogue import KeywordRule
from triagebot.triage.answers import bare


def first_hit(
    text: str, rules: Iterable[KeywordRule], switches: Sequence[str]
) -> KeywordRule | None:
    """Return the first rule that catches the normalised `text`, or None.

    Rules whose switch is off in the account are passed over. Punctuation and blanks never matter.
    """
    plain = bare(text)
    for rule in rules:
        if rule.switch and rule.switch not in switches:
            continue
        if _catches(rule, plain):
            return rule
    return None


def _catches(rule: KeywordRule, plain: str) -> bool:
    if rule.exact:
        return plain in rule.words
    if any(word in plain for word in rule.unless):
        return False
    return any(word in plain for word in rule.words)
