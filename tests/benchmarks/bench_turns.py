"""How many bursts a wait joins, and what it costs the fan, on real customers' turns.

python tests/benchmarks/bench_turns.py TURNS.jsonl[.gz]

A turn's fragments are what people had sent one after the other, kept apart by spaces; the time
between two is that of typing the second: 0.8 s and a quarter of a second a character.
"""

from __future__ import annotations

import gzip
import json
import statistics
import sys
from collections.abc import Sequence
from pathlib import Path

from triagebot.intake.turns import LONGEST, MOST

WAITS = (0.5, 1.0, 1.5, 2.0, 2.5, 3.0)
BEGIN, CHARACTER = 0.8, 0.25


def main() -> None:
    """Print a table: the wait, how many messages had company, replies saved, time added."""
    bursts = [arrivals(turn) for turn in read(Path(sys.argv[1]))]
    messages = sum(len(burst) for burst in bursts)
    several = [burst for burst in bursts if len(burst) > 1]
    sys.stdout.write(f"{len(bursts)} turns, {messages} messages, {len(several)} turns of several\n")
    sys.stdout.write("wait s  messages joined  replies fewer  added s: mean  p95\n")
    for wait in WAITS:
        cuts = [groups(burst, wait) for burst in bursts]
        joined = sum(size for cut in cuts for size, _ in cut if size > 1)
        replies = sum(len(cut) for cut in cuts)
        added = sorted(seconds for cut in cuts for _, seconds in cut)
        p95 = added[int(len(added) * 0.95)]
        sys.stdout.write(
            f"{wait:6.1f}  {joined / messages:14.1%}  {1 - replies / messages:13.1%}"
            f"  {statistics.mean(added):13.2f}  {p95:4.2f}\n"
        )


def arrivals(turn: str) -> list[float]:
    """Return when each fragment of a turn comes, in seconds from the first."""
    times = [0.0]
    for fragment in turn.split()[1:]:
        times.append(times[-1] + BEGIN + CHARACTER * len(fragment))
    return times


def groups(times: Sequence[float], wait: float) -> list[tuple[int, float]]:
    """Return how many messages each reply answers, and how long after the last it is decided.

    The rule of `intake/turns.py`: each message begins the wait anew, up to a limit from the first.
    """
    found: list[tuple[int, float]] = []
    start = 0
    while start < len(times):
        latest, end, closes = times[start] + LONGEST, start, times[start] + wait
        while end + 1 < len(times) and times[end + 1] < closes and end + 1 - start < MOST:
            end += 1
            closes = min(times[end] + wait, latest)
        found.append((end + 1 - start, closes - times[end]))
        start = end + 1
    return found


def read(path: Path) -> list[str]:
    """Return the turns."""
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8") as lines:
        texts = [json.loads(line)["text"].strip() for line in lines]
    return [text for text in texts if text]


if __name__ == "__main__":
    main()
