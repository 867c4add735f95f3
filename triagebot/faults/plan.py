"""What a fault run is asked for, in the same words for all of them."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import KW_ONLY, dataclass, field
from pathlib import Path

from triagebot.faults.samples import Sample

WARM_SECONDS = 7200.0
LOOKS = 720


def silent(_done: int) -> None:
    """Tell nobody."""


@dataclass(frozen=True, slots=True)
class Plan:
    """`rounds` times, with all chance from `seed`.

    A fault that is `planted` must show. `jobs` processes share the rounds, where a run can be
    shared. `report` hears how many rounds are done.
    """

    rounds: int
    seed: int
    _: KW_ONLY
    planted: str = ""
    jobs: int = 1
    report: Callable[[int], None] = silent

    def chance(self) -> random.Random:
        """Return a source of chance that begins at the seed."""
        return random.Random(self.seed)  # noqa: S311 - repeatable on purpose


@dataclass(frozen=True, slots=True, kw_only=True)
class Load(Plan):
    """A plan over real servers, which get `rate` messages a second.

    Their files lie in `folder`; `models` holds the bundles, one of which must be promoted.
    `lengths` is how many seconds the trouble of a round lasts, from and to; an answer after more
    than `slowest` seconds breaks a promise; None leaves both as the run has them. A run that
    counts its rounds by what it does ends after `within` seconds in any case.
    """

    folder: Path
    models: Path
    rate: float
    lengths: tuple[float, float] | None = None
    slowest: float | None = None
    within: float = float("inf")


@dataclass(frozen=True, slots=True)
class Soak:
    """`rate` new messages a second for `seconds`, 5 % delivered twice, with chance from `seed`.

    A fault that is `planted` must show. `models` holds the bundles, one of which must be promoted;
    files lie in `folder`. `watch` hears of each look at the server, and how many visits there were
    by then. With `trace`, a file, the server is slower, and what was allocated after the warm-up
    and kept is written there.
    """

    seconds: float
    rate: float
    seed: int
    _: KW_ONLY
    folder: Path
    models: Path
    workers: int = 1
    planted: str = ""
    trace: Path | None = None
    watch: Callable[[Sample, int], None] = field(default=lambda _sample, _visits: None)

    @property
    def warm(self) -> float:
        """Seconds that are not judged: caches fill. Half of a run, two hours of a long one."""
        return min(self.seconds / 2, WARM_SECONDS)

    @property
    def pause(self) -> float:
        """Seconds from one look to the next: 720 looks, but no more than four a second."""
        return min(60.0, max(0.25, self.seconds / LOOKS))
