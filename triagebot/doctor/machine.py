"""The disk under the store, how fast it syncs, and the clock."""

from __future__ import annotations

import os
import shutil
import statistics
import tempfile
import time
from datetime import datetime, timedelta
from pathlib import Path

from triagebot.doctor.findings import Finding, fail, ok, warn

LITTLE, TOO_LITTLE = 0.10, 0.05
"""Shares of a disk that are free when a person should look, and when it is almost too late."""

SYNCS = 20
SLOW_SYNC, UNLIKELY_SYNC = 0.05, 0.000_02
"""Seconds. Slower, a reply takes too long under load; faster, no disk was asked."""

SKEW = timedelta(seconds=5)
TOO_MUCH_SKEW = timedelta(seconds=60)


def space(what: str, folder: Path) -> Finding:
    """Look at how much of a folder's disk is free."""
    usage = shutil.disk_usage(existing(folder))
    share = usage.free / usage.total
    words = f"{usage.free / 2**30:,.1f} GB free ({share:.0%}) for {folder}"
    do = "Make room or move the folder: on a full disk messages are refused."
    if share < TOO_LITTLE:
        return fail(what, words, do)
    return warn(what, words, do) if share < LITTLE else ok(what, words)


def sync_speed(folder: Path) -> Finding:
    """Measure how long a small write takes to be on disk, as each commit has to."""
    times = []
    with tempfile.TemporaryFile(dir=existing(folder)) as file:
        for _ in range(SYNCS):
            file.write(os.urandom(4096))
            file.flush()
            began = time.perf_counter()
            os.fsync(file.fileno())
            times.append(time.perf_counter() - began)
    median = statistics.median(times)
    words = f"{median * 1000:.2f} ms for a write to be on disk (median of {SYNCS})"
    if median > SLOW_SYNC:
        return warn("sync", words, "Use a local SSD: every reply waits for one such write.")
    if median < UNLIKELY_SYNC:
        return warn(
            "sync", words, "No disk is that fast: this one is memory or does not keep its word."
        )
    return ok("sync", words)


def clock(what: str, ours: datetime, theirs: datetime) -> Finding:
    """Compare our clock with another one."""
    skew = abs(ours - theirs)
    words = f"our clock is {skew.total_seconds():.1f} s off {what}"
    do = "Let the system keep its time (chrony, systemd-timesyncd)."
    if skew > TOO_MUCH_SKEW:
        return fail("clock", words, do)
    return warn("clock", words, do) if skew > SKEW else ok("clock", words)


def existing(folder: Path) -> Path:
    """Return the folder, or the nearest one above it that exists."""
    folder = folder.resolve()
    while not folder.is_dir():
        folder = folder.parent
    return folder
