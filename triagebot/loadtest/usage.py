"""Asks the kernel what a server costs: processor time and memory, its children's included."""

from __future__ import annotations

import os
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")
_PROC = Path("/proc")


class Usage:
    """What the process `pid` and all below it have used since this was made.

    `rss_peak` is in bytes, the highest sum that a `sample` saw; `files` are open files and lines.
    """

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._cpu: dict[int, float] = {}
        self._before = 0.0
        self.rss_first = self.rss_peak = self.rss_last = 0
        self.files_first = self.files_last = 0
        self.sample()
        self._before = sum(self._cpu.values())
        self.rss_first, self.files_first = self.rss_last, self.files_last

    @property
    def cpu_seconds(self) -> float:
        """Seconds of processor time, user and system."""
        return sum(self._cpu.values()) - self._before

    def sample(self) -> None:
        """Look once; processes that have ended keep what they had used when last seen."""
        self.rss_last = self.files_last = 0
        for pid in tree(self._pid):
            try:
                fields = (_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
                pages = (_PROC / str(pid) / "statm").read_text().split()[1]
                self.files_last += sum(1 for _ in (_PROC / str(pid) / "fd").iterdir())
            except OSError:
                continue
            self._cpu[pid] = (int(fields[11]) + int(fields[12])) / _TICKS
            self.rss_last += int(pages) * _PAGE
        self.rss_peak = max(self.rss_peak, self.rss_last)


def tree(pid: int) -> list[int]:
    """Return a process and all below it."""
    found = [pid]
    for parent in found:
        try:
            children = (_PROC / str(parent) / "task" / str(parent) / "children").read_text()
        except OSError:
            continue
        found += map(int, children.split())
    return found
