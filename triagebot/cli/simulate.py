"""`triagebot simulate`: what labels buy, by how they are chosen."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from triagebot.cli import echo_json
from triagebot.cli.progress import progress
from triagebot.errors import BadInput

if TYPE_CHECKING:
    from training.simulate import Plan
    from training.simulate_runs import Runs, Spread

MASSIVE = Path("../shared/data/massive_zh_cn.jsonl.gz")


@click.command()
@click.option(
    "--file",
    type=click.Path(path_type=Path),
    default=MASSIVE,
    help="Labelled rows that come as traffic; those of the split dev or test stay unseen.",
)
@click.option(
    "--first",
    default=5,
    type=click.IntRange(1),
    help="Sentences an intent to start from.",
)
@click.option("--rounds", default=10, type=click.IntRange(1, 200), help="Rounds to play.")
@click.option("--arrive", default=1000, type=click.IntRange(10), help="Messages a round.")
@click.option("--labels", default=250, type=click.IntRange(2), help="Labels a round.")
@click.option(
    "--by-chance",
    default=0.4,
    type=click.FloatRange(0.05, 0.95),
    help="The share of the labels that goes to messages drawn from all, which only prove.",
)
@click.option(
    "--max-error",
    default=0.1,
    type=click.FloatRange(0.001, 0.5),
    help="The promised share of wrong answers.",
)
@click.option(
    "--confidence",
    "sure",
    default=0.95,
    type=click.FloatRange(0.5, 0.9999),
    help="How sure the promise is.",
)
@click.option("--seed", default=7, help="Seed of the first run.")
@click.option("--seeds", default=3, type=click.IntRange(1, 50), help="Runs of each choice.")
@click.option(
    "--report",
    type=click.Path(path_type=Path),
    default="report.html",
    help="Write the page here.",
)
@click.pass_obj
def simulate(obj: dict[str, Any], /, file: Path, report: Path, seeds: int, **options: Any) -> None:
    """Play the labelling loop with random, uncertainty and our own selection.

    Prints, after each round, how many unseen messages the proof lets the bot answer, how many of
    these are wrong in truth, and how many could be answered at the promised error: the means of
    all runs, and in brackets the least and the most. Then by how much each choice is above chance
    on the same messages, with its 95 % interval.
    """
    from training.html import write_page
    from training.outcomes import read_judged
    from training.simulate import Plan
    from training.simulate_choice import STRATEGIES
    from training.simulate_pairs import differences
    from training.simulate_report import render
    from training.simulate_runs import play, together

    if not file.is_file():
        raise BadInput(f"{file} is not there; --file takes labelled rows: text and intent")
    plan = Plan(**options)
    with progress(("read", *STRATEGIES)) as tell:
        runs = play(read_judged(file), plan, seeds, tell)
    write_page(report, render(runs, plan, file.name))
    if obj["json"]:
        plain = {name: [each.as_json() for each in together(one)] for name, one in runs.items()}
        apart = [each.as_json() for each in differences(runs)]
        head = {"plan": {**asdict(plan), "seeds": seeds}, "runs": plain, "differences": apart}
        echo_json({**head, "report": str(report)})
    else:
        _show(runs, plan, report)


def _show(runs: Runs, plan: Plan, report: Path) -> None:
    from rich.console import Console
    from rich.table import Table

    from training.simulate_pairs import differences, told
    from training.simulate_runs import broken, together

    table = Table(title=f"share of unseen messages, at most {plan.max_error:.1%} wrong promised")
    for heading in ("labels", "choice", "proven", "wrong", "could"):
        table.add_column(heading, justify="left" if heading == "choice" else "right")
    for rounds in zip(*(together(each) for each in runs.values()), strict=False):
        for name, one in zip(runs, rounds, strict=True):
            labels = f"{one.mean.labels:,.0f}"
            shares = _range(one, "proven"), f"{one.mean.error:.1%}", _range(one, "reach")
            table.add_row(labels, name, *shares)
        table.add_section()
    console = Console()
    console.print(table)
    for name, each in runs.items():
        over, proofs = broken(each, plan.max_error)
        console.print(f"{name}: {over} of {proofs} proofs let more be wrong than promised")
    for one in differences(runs):
        console.print(told(one))
    console.print(f"{report} has the curves")


def _range(one: Spread, figure: str) -> str:
    mean, low, high = (100 * getattr(each, figure) for each in (one.mean, one.low, one.high))
    return f"{mean:.1f}% ({low:.1f}–{high:.1f})"
