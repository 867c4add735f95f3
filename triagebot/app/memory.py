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

M_ARENA_MAX, M_MMAP_THRESHOLD, M_TRIM_THRESHOLD = -8, -3, -1
"""As in the C header malloc.h."""

LARGE = 8 * 2**20
"""Bytes from which memory goes back to the system when it is freed: checking a password takes more.
Left alone, the limit grows with what is freed, and each such block stays in a heap for ever."""

SWITCH_SECONDS = 0.001
"""How long a thread of ours may keep another waiting: a message crosses two, a dozen times."""


def share_heaps() -> None:
    """Let threads that begin from now on share two heaps; each would keep what it once had."""
    with suppress(OSError, AttributeError):  # only the GNU library has it
        change = ctypes.CDLL(None).mallopt
        change(M_ARENA_MAX, 2)
        change(M_MMAP_THRESHOLD, LARGE)
        change(M_TRIM_THRESHOLD, 4 * LARGE)


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
