"""Counts what became of each delivery, and keeps the list of what the server has acknowledged."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Callable, Iterable
from hashlib import blake2b
from itertools import zip_longest
from math import exp, log
from typing import IO

from triagebot.loadtest.lines import OK, Shot

_FINENESS = 0.01
_SMALLEST = 1e-4
_PLACES = 1400


class Latencies:
    """Durations in seconds, each remembered to one hundredth of itself, in 6 KB at most."""

    def __init__(self) -> None:
        self._counts = array("I")
        self.longest = 0.0
        self.count = 0

    @classmethod
    def together(cls, parts: Iterable[Latencies]) -> Latencies:
        """Return the durations of all parts."""
        whole = cls()
        for part in parts:
            both = zip_longest(whole._counts, part._counts, fillvalue=0)
            whole._counts = array("I", map(sum, both))
            whole.count += part.count
            whole.longest = max(whole.longest, part.longest)
        return whole

    def add(self, seconds: float) -> None:
        """Remember one duration."""
        place = int(log(seconds / _SMALLEST) / _FINENESS) if seconds > _SMALLEST else 0
        place = min(place, _PLACES - 1)
        if place >= len(self._counts):
            # A long run has one of these for each second: only as long as it must be.
            self._counts.extend([0] * (place + 1 - len(self._counts)))
        self._counts[place] += 1
        self.count += 1
        self.longest = max(self.longest, seconds)

    def quantile(self, share: float) -> float:
        """Return the duration, in seconds, that `share` of all did not exceed; 0 for none."""
        wanted = share * self.count
        for place, count in enumerate(self._counts):
            wanted -= count
            if count and wanted <= 0:
                return min(_SMALLEST * exp((place + 1) * _FINENESS), self.longest)
        return self.longest


class Second:
    """What happened in one second of the run; `rss` in bytes, 0 when nobody looked."""

    def __init__(self) -> None:
        self.offered = 0
        self.served = 0
        self.refused = 0
        self.rss = 0
        self.latencies = Latencies()


class Tally:
    """The books of one run, kept outside the server.

    `first_number` is the MsgId of message 0; a message counts as acknowledged when any delivery
    of it got HTTP 200. Every acknowledged MsgId is also written to `ledger`, a line each.
    `seen` returns what a body shows the fan.
    """

    def __init__(
        self, messages: int, first_number: int, ledger: IO[str], seen: Callable[[bytes], bytes]
    ) -> None:
        self.acknowledged = bytearray(messages)
        self.statuses: Counter[int] = Counter()
        self.different_replies = 0
        self.seconds: list[Second] = []
        self.sender_lag = 0.0
        self.longest_answer = 0.0
        self._last = 0.0
        self._first_number = first_number
        self._ledger = ledger
        self._seen = seen
        self._replies: dict[int, bytes] = {}

    @property
    def acked(self) -> int:
        """How many messages were acknowledged."""
        return sum(self.acknowledged)

    @property
    def busy_seconds(self) -> float:
        """From the first request to the last answer, in seconds."""
        return self._last

    @property
    def latencies(self) -> Latencies:
        """How long the answers of the whole run took."""
        return Latencies.together(second.latencies for second in self.seconds)

    def second(self, at: float) -> Second:
        """Return the second of the run that `at`, in seconds from its beginning, lies in."""
        place = int(at)
        while len(self.seconds) <= place:
            self.seconds.append(Second())
        return self.seconds[place]

    def offer(self, due: float, lag: float) -> None:
        """Count a delivery that is due; `lag` is how late the sender itself is, in seconds."""
        self.second(due).offered += 1
        self.sender_lag = max(self.sender_lag, lag)

    def end(self, shot: Shot, status: int, due: float, now: float, took: float = 0.0) -> None:
        """Count how a delivery ended; `due` and `now` in seconds from the run's beginning.

        `took` are the seconds since it was sent, without what the sender itself was late.
        """
        self.statuses[status] += 1
        second = self.second(now)
        if status != OK:
            second.refused += 1
            return
        self._last = now
        self.longest_answer = max(self.longest_answer, took)
        second.served += 1
        second.latencies.add(now - due)
        if not self.acknowledged[shot.place]:
            self.acknowledged[shot.place] = 1
            self._ledger.write(f"{self._first_number + shot.place}\n")

    def compare(self, place: int, body: bytes) -> None:
        """Hold the answers to both deliveries of a repeated message against each other."""
        digest = blake2b(self._seen(body), digest_size=8).digest()
        before = self._replies.pop(place, None)
        if before is None:
            self._replies[place] = digest
        else:
            self.different_replies += before != digest
