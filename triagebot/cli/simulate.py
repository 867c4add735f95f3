"""`triagebot simulate`: what labels buy, by how they are chosen."""

from __future__ import annotations

from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from triagebot.cli import echo_json
from triagebot.cli.progress import Report, progress

if TYPE_CHECKING:
    from training.simulate import Round

MASSIVE = Path("../shared/data/massive_zh_cn.jsonl.gz")


@click.command()
@click.option(
    "--file",
    type=click.Path(path_type=Path),
    default=MASSIVE,
    show_default=True,
    help="Labelled rows that come as traffic; those of the split dev or test stay unseen.",
)
@click.option(
    "--first",
    default=5,
    show_default=True,
    type=click.IntRange(1),
    help="Sentences an intent to start from.",
)
@click.option("--rounds", default=10, show_default=True, type=click.IntRange(1, 200))
@click.option(
    "--arrive", default=1000, show_default=True, type=click.IntRange(10), help="Messages a round."
)
@click.option(
    "--labels", default=250, show_default=True, type=click.IntRange(2), help="Labels a round."
)
@click.option("--max-error", default=0.05, show_default=True, type=click.FloatRange(0.001, 0.5))
@click.option(
    "--confidence", "sure", default=0.95, show_default=True, type=click.FloatRange(0.5, 0.9999)
)
@click.option("--seed", default=7, show_default=True)
@click.option(
    "--report",
    type=click.Path(path_type=Path),
    default="report.html",
    show_default=True,
    help="Write the page here.",
)
@click.pass_obj
def simulate(obj: dict[str, Any], /, file: Path, report: Path, **options: Any) -> None:
    """Play the labelling loop with random, uncertainty and our own selection.

    Prints, after each round, how many unseen messages could be answered at the promised error, how
    many the proof lets the bot answer, and the error that these have in truth.
    """
    from training.html import write_page
    from training.outcomes import read_judged
    from training.simulate import STRATEGIES, Plan, read_traffic
    from training.simulate import simulate as play
    from training.simulate_report import render

    plan = Plan(**options)
    runs = {}
    with progress(("read", *STRATEGIES)) as tell:
        tell("read", 0, 1)
        traffic = read_traffic(read_judged(file), plan)
        for name, strategy in STRATEGIES.items():
            runs[name] = play(traffic, plan, strategy, partial(_tell, tell, name, plan.rounds))
    write_page(report, render(runs, plan, file.name))
    if obj["json"]:
        plain = {name: [asdict(each) for each in found] for name, found in runs.items()}
        echo_json({"plan": asdict(plan), "runs": plain, "report": str(report)})
    else:
        _show(runs, plan.max_error, report)


def _tell(report: Report, name: str, rounds: int, done: int) -> None:
    report(name, done, rounds)


def _show(runs: dict[str, list[Round]], max_error: float, report: Path) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(title=f"share of unseen messages, at most {max_error:.1%} wrong promised")
    table.add_column("labels", justify="right")
    for name in runs:
        table.add_column(f"{name}: could", justify="right")
        table.add_column("proven (wrong)", justify="right")
    for rounds in zip(*runs.values(), strict=False):
        cells = [f"{rounds[0].labels:,}"]
        for one in rounds:
            cells += [f"{one.reach:.1%}", f"{one.proven:.1%} ({one.error:.1%})"]
        table.add_row(*cells)
    console = Console()
    console.print(table)
    console.print(f"{report} has the curves")
