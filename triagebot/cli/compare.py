"""`triagebot compare`: two models on the same judged messages."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from triagebot.cli import echo_json
from triagebot.cli.minds import wake_model

if TYPE_CHECKING:
    from training.compare import Comparison


@click.command()
@click.argument("first")
@click.argument("second")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--split", help="Compare on the rows of this split only.")
@click.option("--md", is_flag=True, help="Print Markdown, for a merge request.")
@click.pass_obj
def compare(
    obj: dict[str, Any], first: str, second: str, file: Path, split: str | None, md: bool
) -> None:
    """Compare models FIRST and SECOND on FILE, JSON lines of text and intent."""
    from training.compare import compare as measure
    from training.outcomes import read_judged

    rows = read_judged(file, split)
    settings = obj["settings"]
    found = measure(wake_model(settings, first), wake_model(settings, second), rows)
    if obj["json"]:
        echo_json(found.as_json())
    elif md:
        _markdown(found)
    else:
        _show(found)


def _rows(found: Comparison) -> list[tuple[str, float, float]]:
    intents = sorted(found.f1.items(), key=lambda item: (item[1][1] - item[1][0], item[0]))
    figures = [(name, *pair) for name, pair in found.figures.items()]
    return figures + [(f"F1 {name}", *pair) for name, pair in intents]


def _verdict(found: Comparison) -> str:
    return (
        f"{found.n} messages: {found.better} only {found.second} takes for what they are, "
        f"{found.worse} only {found.first} (exact McNemar p = {found.p:.3g})"
    )


def _markdown(found: Comparison) -> None:
    click.echo(f"| | {found.first} | {found.second} | difference |\n|---|---:|---:|---:|")
    for name, before, after in _rows(found):
        click.echo(f"| {name} | {before:.1%} | {after:.1%} | {100 * (after - before):+.1f} |")
    click.echo(f"\n{_verdict(found)}")


def _show(found: Comparison) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(title="what fell most comes first among the intents")
    table.add_column("", no_wrap=True)
    for heading in (found.first, found.second, "difference"):
        table.add_column(heading, justify="right")
    for name, before, after in _rows(found):
        table.add_row(name, f"{before:.1%}", f"{after:.1%}", f"{100 * (after - before):+.1f}")
    console = Console()
    console.print(table)
    console.print(_verdict(found))
