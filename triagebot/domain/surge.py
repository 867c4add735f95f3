"""What is given up, one thing after the other, when more comes than can be thought about."""

from __future__ import annotations

from enum import IntEnum


class Stage(IntEnum):
    """A surge stage; each one includes what the ones before gave up.

    `FULL` gives up nothing. `RULES` answers by keyword rules and questions sent word for word
    only. `TEXT` gives everybody one fixed text. `COUNT` acknowledges and says nothing. A message
    is stored in every stage, and what was put off is thought about afterwards.
    """

    FULL = 1
    RULES = 2
    TEXT = 3
    COUNT = 4
