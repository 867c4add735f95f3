"""Tidies a process up once it has loaded what it keeps for as long as it lives."""

from __future__ import annotations

import ctypes
import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

YOUNG = 4_000
"""New objects until the collector looks at them, which nobody is answered meanwhile: it takes two
milliseconds for so many. A message leaves few behind, none in rings."""

M_ARENA_MAX = -8
"""As in the C header malloc.h."""

SWITCH_SECONDS = 0.001
"""How long a thread of ours may keep another waiting: a message crosses two, a dozen times."""


def share_heaps() -> None:
    """Let threads that begin from now on share two heaps; each would keep what it once had."""
    with suppress(OSError, AttributeError):  # only the GNU library has it
        ctypes.CDLL(None).mallopt(M_ARENA_MAX, 2)


@contextmanager
def loading() -> Iterator[None]:
    """Keep the collector off while a block loads what stays: it would look at all of it, often."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def settle() -> None:
    """Give back what loading needed for a moment, and keep the collector off the rest."""
    sys.setswitchinterval(SWITCH_SECONDS)
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, 5, 5)
    with suppress(OSError, AttributeError):  # only the GNU library has it
        ctypes.CDLL(None).malloc_trim(0)
