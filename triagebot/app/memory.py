"""Tidies a process up once it has loaded what it keeps for as long as it lives."""

from __future__ import annotations

import ctypes
import gc
from contextlib import suppress

YOUNG = 20_000
"""New objects until the collector looks at them; a message makes some hundreds, none in rings."""


def settle() -> None:
    """Give back what loading needed for a moment, and keep the collector off the rest."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, 20, 20)
    with suppress(OSError, AttributeError):  # only the GNU library has it
        ctypes.CDLL(None).malloc_trim(0)
