"""Play a simulation several times, each in another order, and put the runs together.

One order of messages is luck: only what is larger than the runs lie apart is a difference.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from training.outcomes import Judged
from training.progress import Progress
from training.simulate import Plan, Round, read_traffic, simulate
from training.simulate_choice import STRATEGIES

Runs = Mapping[str, Sequence[Sequence[Round]]]
"""The rounds of each run of each strategy."""


@dataclass(frozen=True, slots=True)
class Spread:
    """A round of all runs of a strategy: the mean of each figure, the least and the most."""

    mean: Round
    low: Round
    high: Round

    def as_json(self) -> dict[str, Any]:
        """Return the means by name, with those of the least and the most beside them."""
        return {**asdict(self.mean), "low": asdict(self.low), "high": asdict(self.high)}


def play(rows: Sequence[Judged], plan: Plan, seeds: int, progress: Progress) -> Runs:
    """Return `seeds` runs of each strategy; the runs of one number see the same messages."""
    plans = [replace(plan, seed=plan.seed + number) for number in range(seeds)]
    traffics = []
    for number, one in enumerate(plans):
        progress("read", number, seeds)
        traffics.append(read_traffic(rows, one.seed, one.first))
    runs: dict[str, list[list[Round]]] = {}
    for name, strategy in STRATEGIES.items():
        runs[name] = []
        for one, traffic in zip(plans, traffics, strict=True):
            before = len(runs[name]) * plan.rounds

            def tell(done: int, name: str = name, before: int = before) -> None:
                progress(name, before + done, seeds * plan.rounds)

            runs[name].append(simulate(traffic, one, strategy, tell))
    return runs


def together(runs: Sequence[Sequence[Round]]) -> list[Spread]:
    """Return the runs of one strategy as one, as far as the shortest goes."""
    return [
        Spread(_each(rounds, _mean), _each(rounds, min), _each(rounds, max))
        for rounds in zip(*runs, strict=False)
    ]


def broken(runs: Sequence[Sequence[Round]], max_error: float) -> tuple[int, int]:
    """Return how many proofs let more be wrong than was promised, and of how many."""
    proofs = [each for rounds in runs for each in rounds if each.proven]
    return sum(each.error > max_error for each in proofs), len(proofs)


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


def _each(rounds: Sequence[Round], figure: Callable[[Sequence[float]], float]) -> Round:
    names = [field.name for field in fields(Round)]
    return Round(**{name: figure([getattr(each, name) for each in rounds]) for name in names})
