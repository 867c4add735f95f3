"""Keyword rules: words that decide by themselves, in the order they are written."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from triagebot.domain.catalogue import KeywordRule
from triagebot.triage.answers import bare


class Rules:
    """The rules of a catalogue, in order, made ready for many messages."""

    def __init__(self, rules: Iterable[KeywordRule]) -> None:
        self._rules = tuple(rules)
        words = {re.escape(word) for rule in self._rules for word in rule.words}
        self._any_word = re.compile("|".join(sorted(words)) or "(?!)")

    def first_hit(self, text: str, switches: Sequence[str]) -> KeywordRule | None:
        """Return the first rule that catches the normalised `text`, or None.

        Rules whose switch is off in the account are passed over. Punctuation and blanks never
        matter.
        """
        plain = bare(text)
        if not self._any_word.search(plain):  # as with most messages
            return None
        for rule in self._rules:
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
