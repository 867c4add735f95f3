"""What would be different for fans if another bundle served."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Change:
    """`n` messages that would get `after` instead of `before`; some of their ids, newest last.

    `at_stake` is what they cost together if `after` is wrong, in minutes of an agent.
    """

    before: str
    after: str
    n: int
    at_stake: float
    message_ids: tuple[int, ...]
