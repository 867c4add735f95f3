"""Intents that share a word of their names learn together.

`alarm_set` is about alarms, as `alarm_query` is, and sets something, as `calendar_set` does: the
part of a name before its first `_` or `/` is its topic, the rest what is wanted. Sentences of all
intents of a topic teach the topic, so an intent with few of its own gains by those of its kin.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Family = NDArray[np.int64]
"""The family of each intent by number, from 1; 0 for those that have none."""

_BETWEEN = re.compile("[_/]")


def families(intents: Sequence[str]) -> tuple[Family, ...]:
    """Return the families by topic, and those by what is wanted; each only where there are any.

    One that all intents belong to tells none from another and does not count.
    """
    parts = [_BETWEEN.split(name, maxsplit=1) for name in intents]
    topics = _shared([part[0] for part in parts])
    wants = _shared([part[1] if len(part) == 2 else "" for part in parts])
    return tuple(family for family in (topics, wants) if len(np.unique(family)) > 1)


def _shared(words: Sequence[str]) -> Family:
    counts = Counter(words)
    kept = sorted(word for word, count in counts.items() if word and count > 1)
    number = {word: i for i, word in enumerate(kept, start=1)}
    return np.array([number.get(word, 0) for word in words], np.int64)
