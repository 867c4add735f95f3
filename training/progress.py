"""How long work says how far it has come."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[str, int, int], None]
"""Called with the stage, steps done and steps in all."""

Done = Callable[[int, int], None]
"""Called with steps done and steps in all, of one stage."""


def unheard(*_far: object) -> None:
    """Take either of the two and tell nobody."""
