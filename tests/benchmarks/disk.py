"""What a commit cannot be quicker than: how long this disk takes to make a few pages durable."""

from __future__ import annotations

import os
import tempfile
import time

PAGES = bytes(3 * 4096)
LOG_BYTES = 32 * 2**20
PAUSE = 0.004


def sync_times(count: int = 1000) -> list[float]:
    """Return the seconds of `count` syncs, each of three pages, as a log is written; ascending."""
    found = []
    with tempfile.TemporaryFile() as file:
        file.truncate(LOG_BYTES)
        for place in range(count):
            os.pwrite(file.fileno(), PAGES, place * len(PAGES) % LOG_BYTES)
            began = time.perf_counter()
            os.fdatasync(file.fileno())
            found.append(time.perf_counter() - began)
            time.sleep(PAUSE)
    return sorted(found)


def told() -> str:
    """Return the figures in one sentence."""
    times = sync_times()
    p50, p99 = (1000 * times[int(len(times) * share)] for share in (0.5, 0.99))
    return f"One sync of this disk alone, right before: p50 {p50:.1f} ms, p99 {p99:.1f} ms."
