"""Tidies a process up once it has loaded what it keeps for as long as it lives."""

from __future__ import annotations

import ctypes
import gc
import sys
from contextlib import suppress

YOUNG = 20_000
"""New objects until the collector looks at them; a message makes some hundreds, none in rings."""


SWITCH_SECONDS = 0.001
"""How long a thread of ours may keep another waiting: a message crosses two, a dozen times."""


def settle() -> None:
    """Give back what loading needed for a moment, and keep the collector off the rest."""
    sys.setswitchinterval(SWITCH_SECONDS)
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, 5, 5)
    with suppress(OSError, AttributeError):  # only the GNU library has it
        ctypes.CDLL(None).malloc_trim(0)
