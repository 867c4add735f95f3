"""`triagebot evaluate`: measure a model on messages whose intent is known."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from triagebot.cli import echo_json
from triagebot.cli.minds import wake_model
from triagebot.cli.options import model_option
from triagebot.errors import BadInput, GateNotMet

if TYPE_CHECKING:
    from training.evaluate import Evaluation
    from triagebot.triage.think import Mind

LOWER_IS_BETTER = ("ece", "selective_error")


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@model_option
@click.option("--split", help="Measure on the rows of this split only.")
@click.option("--report", type=click.Path(path_type=Path), help="Write an HTML report here.")
@click.option(
    "--fail-under", multiple=True, metavar="NAME=VALUE", help="Exit with 4 if a figure is worse."
)
@click.pass_obj
def evaluate(
    obj: dict[str, Any],
    file: Path,
    model: str | None,
    split: str | None,
    report: Path | None,
    fail_under: tuple[str, ...],
) -> None:
    """Measure a model on FILE, JSON lines of text and intent."""
    from training.evaluate import measure
    from training.outcomes import read_judged

    gates = [_gate(text) for text in fail_under]
    rows = read_judged(file, split)
    mind = wake_model(obj["settings"], model)
    found = measure(mind, rows)
    if report:
        _write_report(report, mind, found, file)
    if obj["json"]:
        echo_json(found.as_json())
    else:
        _show(found, mind)
    _check(found.as_json(), gates)


def _gate(text: str) -> tuple[str, float]:
    name, equals, value = text.partition("=")
    try:
        return name.strip(), float(value)
    except ValueError:
        shown = text if equals else f"{text} without '='"
        raise BadInput(f"--fail-under {shown}: expected NAME=VALUE") from None


def _check(figures: dict[str, Any], gates: list[tuple[str, float]]) -> None:
    """Raise `GateNotMet` naming each figure that is worse than asked for.

    Names with a dot reach inside, as in `coverage_at.0.05`.
    """
    missed = []
    for name, wanted in gates:
        outer, _, inner = name.partition(".")
        value = figures.get(outer)
        if inner and isinstance(value, dict):
            value = value.get(inner)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise BadInput(f"--fail-under: there is no figure {name!r}")
        if (value > wanted) if outer in LOWER_IS_BETTER else (value < wanted):
            missed.append(f"{name} is {value:.4f}, asked for {wanted:g}")
    if missed:
        raise GateNotMet("; ".join(missed))


def _write_report(path: Path, mind: Mind, found: Evaluation, file: Path) -> None:
    from training.report import Report, write

    write(path, Report(mind.model, found, mind.catalogue.intents, file.name, mind.bundle.proof))


def _show(found: Evaluation, mind: Mind) -> None:
    from rich.console import Console
    from rich.table import Table

    console = Console()
    table = Table(title=f"{mind.model} on {found.n} messages, worst intents first")
    for heading in ("intent", "F1", "precision", "recall", "n", "taken for"):
        words = heading in ("intent", "taken for")
        table.add_column(heading, justify="left" if words else "right", no_wrap=words)
    for name, score in sorted(found.per_intent.items(), key=lambda item: item[1].f1):
        if score.support:
            shares = (f"{v:.1%}" for v in (score.f1, score.precision, score.recall))
            table.add_row(name, *shares, str(score.support), score.confused_with or "–")
    console.print(table)
    span = found.intervals["accuracy"]
    console.print(
        f"accuracy {found.accuracy:.1%} ({span.low:.1%}–{span.high:.1%}), "
        f"macro-F1 {found.macro_f1:.1%}, ECE {found.ece:.3f}"
    )
    reach = ", ".join(f"{share:.1%} at {float(e):.0%}" for e, share in found.coverage_at.items())
    console.print(
        f"answers {found.coverage:.1%} by itself, {found.selective_error:.1%} of them wrong; "
        f"could answer {reach} error"
    )
    for pair in found.confusions[:3]:
        example = pair.examples[0]
        console.print(
            f"{pair.n} × {pair.intent} taken for {pair.predicted}: {example}", markup=False
        )
