"""Whether fans write as they used to: what they want, words never seen, and sudden new matters.

A proof holds for messages like those it was made on. A window of present messages is therefore
held against past hours of the same time of the week. What is usual, and how much it varies from
hour to hour, both come from those hours, so there is nothing to set by hand: a window is strange
when it is further from the usual than hours ever are by chance (four standard deviations and a
margin), or when a word that was rare is in a good part of all messages at once.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from statistics import fmean, pstdev

import msgspec

from triagebot.domain.prediction import Prediction

LEAST = 200
"""Messages that a window needs before it can be strange, and an hour to count as past."""

LEAST_HOURS = 8
"""Past hours without which nothing is known to be usual."""

SPREAD = 4.0
MIX_MARGIN, UNKNOWN_MARGIN = 0.01, 0.01
TERM_SHARE, TERM_RISE, TERM_CHANCE = 0.03, 3.0, 1e-6
TERMS = 200
"""Words kept of an hour: the most frequent ones."""


class Window(msgspec.Struct):
    """Counts over `n` messages.

    `unknown` sums each message's share of words that the model has never seen, 0..1, and
    `unknown_sq` its square. `terms` counts the messages that hold a word.
    """

    n: int = 0
    intents: Counter[str] = msgspec.field(default_factory=Counter)
    unknown: float = 0.0
    unknown_sq: float = 0.0
    terms: Counter[str] = msgspec.field(default_factory=Counter)

    def add(self, prediction: Prediction) -> None:
        """Count one message."""
        strange = 1.0 - prediction.known
        self.n += 1
        self.intents[prediction.intent] += 1
        self.unknown += strange
        self.unknown_sq += strange * strange
        self.terms.update({token for token in prediction.tokens if len(token) > 1})

    def merged(self, other: Window) -> Window:
        """Return the counts of both together."""
        return Window(
            self.n + other.n,
            self.intents + other.intents,
            self.unknown + other.unknown,
            self.unknown_sq + other.unknown_sq,
            self.terms + other.terms,
        )

    def trimmed(self) -> Window:
        """Return the counts with the most frequent words only."""
        return msgspec.structs.replace(self, terms=Counter(dict(self.terms.most_common(TERMS))))


def read_window(text: str | bytes) -> Window:
    """Return counts that were kept as JSON."""
    return msgspec.json.decode(text, type=Window, dec_hook=lambda _kind, value: Counter(value))


class Signal(msgspec.Struct, frozen=True):
    """One thing that is strange: `kind` is intents, unknown or topic.

    `what` names the intent that grew most or the words of the topic; `now` and `usual` are shares
    of messages or words, 0..1.
    """

    kind: str
    what: str
    now: float
    usual: float


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is strange about a window; `learning` while too little is known to say."""

    signals: tuple[Signal, ...] = ()
    learning: bool = False


def judge(now: Window, past: Sequence[Window]) -> Verdict:
    """Return what is strange about a window beside past hours."""
    usual = [window for window in past if window.n >= LEAST]
    if now.n < LEAST or len(usual) < LEAST_HOURS:
        return Verdict(learning=True)
    whole = _sum(usual)
    found = (*_mix(now, usual, whole), *_unknown(now, usual), *_topic(now, usual, whole))
    return Verdict(found)


@dataclass(frozen=True, slots=True)
class Guard:
    """How careful the bot is: `tight` since when it is strange (seconds), and for how long calm.

    `strange` counts strange windows in a row, `calm_since` is when the first calm one came.
    """

    tight: bool = False
    since: float = 0.0
    strange: int = 0
    calm_since: float | None = None
    signals: tuple[Signal, ...] = field(default=())


IN_A_ROW = 2
"""Strange windows in a row that make the bot more careful."""

CALM_SECONDS = 3600.0
"""For how long all windows must be calm before it relaxes."""


def step(guard: Guard, verdict: Verdict, now: float) -> Guard:
    """Return the state after one more window, judged at `now`, in seconds.

    Where nothing can be said, the bot stays as careful as it is.
    """
    if verdict.learning:
        return guard
    if verdict.signals:
        strange = guard.strange + 1
        tight = guard.tight or strange >= IN_A_ROW
        since = guard.since if guard.tight else now
        return Guard(tight, since if tight else 0.0, strange, None, verdict.signals)
    calm_since = now if guard.calm_since is None else guard.calm_since
    if guard.tight and now - calm_since < CALM_SECONDS:
        return Guard(True, guard.since, 0, calm_since, guard.signals)
    return Guard(calm_since=calm_since)


def comparable(now: datetime, guard: Guard, hours: Mapping[datetime, Window]) -> list[Window]:
    """Return the past hours that are like the present one: of the same time of the week.

    Where too few of them had enough messages, those of the same time of any day are taken, then
    all, quiet ones joined. Hours since it became strange, and the last two, are left out.
    """
    end = now.timestamp() - 2 * 3600
    end = min(end, guard.since - 3600) if guard.tight else end
    past = {hour: window for hour, window in hours.items() if hour.timestamp() < end}
    for cycle in (7 * 24, 24):
        alike = [window for hour, window in past.items() if _apart(now, hour, cycle) <= 1]
        if sum(window.n >= LEAST for window in alike) >= LEAST_HOURS:
            return alike
    joined, window = [], Window()
    for hour in sorted(past):
        window = window.merged(past[hour])
        if window.n >= LEAST:
            joined.append(window)
            window = Window()
    return joined


def _apart(one: datetime, other: datetime, cycle: int) -> int:
    """Return how many hours lie between two moments, `cycle` hours being one round."""
    hours = int((one.timestamp() - other.timestamp()) // 3600) % cycle
    return min(hours, cycle - hours)


def _mix(now: Window, usual: Sequence[Window], whole: Window) -> Iterable[Signal]:
    """Compare mixes by total variation, less what sampling alone makes of it."""
    past = [_distance(each, whole) for each in usual]
    far = _distance(now, whole)
    if far > fmean(past) + SPREAD * pstdev(past) + MIX_MARGIN:
        grown = max(now.intents, key=lambda name: _share(now, name) - _share(whole, name))
        yield Signal("intents", grown, _share(now, grown), _share(whole, grown))


def _distance(one: Window, whole: Window) -> float:
    names = {*one.intents, *whole.intents}
    variation = sum(abs(_share(one, name) - _share(whole, name)) for name in names) / 2
    # E|share - p| of a sampled share is about sqrt(2 p (1 - p) / (pi n)).
    noise = sum(
        math.sqrt(2 * p * (1 - p) / (math.pi * one.n))
        for p in (_share(whole, name) for name in names)
    )
    return variation - noise / 2


def _unknown(now: Window, usual: Sequence[Window]) -> Iterable[Signal]:
    means = [window.unknown / window.n for window in usual]
    mean, usually = now.unknown / now.n, fmean(means)
    error = max(0.0, now.unknown_sq / now.n - mean * mean) / now.n
    spread = math.sqrt(pstdev(means) ** 2 + error)
    if mean > usually + SPREAD * spread + UNKNOWN_MARGIN:
        yield Signal("unknown", "", mean, usually)


def _topic(now: Window, usual: Sequence[Window], whole: Window) -> Iterable[Signal]:
    """Take the words that burst for one topic: words of one new matter come together."""
    rates = {
        term: max(
            (whole.terms[term] + 1) / (whole.n + 1),
            max((window.terms[term] / window.n for window in usual), default=0.0),
        )
        for term, count in now.terms.items()
        if count >= TERM_SHARE * now.n
    }
    burst = [
        (now.terms[term] / now.n, rate, term)
        for term, rate in rates.items()
        if now.terms[term] >= TERM_RISE * rate * now.n
        and _at_least(now.terms[term], rate * now.n) <= TERM_CHANCE
    ]
    if burst:
        burst.sort(reverse=True)
        share, rate, _ = burst[0]
        yield Signal("topic", " ".join(term for _, _, term in burst[:3]), share, rate)


def _at_least(count: int, expected: float) -> float:
    """Return the chance of at least `count` where so many are expected (Poisson, Chernoff's)."""
    if count <= expected:
        return 1.0
    return math.exp(count - expected - count * math.log(count / expected))


def _share(window: Window, intent: str) -> float:
    return window.intents[intent] / window.n


def _sum(windows: Sequence[Window]) -> Window:
    total = Window()
    for window in windows:
        total = total.merged(window)
    return total
