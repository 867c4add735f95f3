"""`triagebot data`: check and count what is written, and carry it between tools."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from triagebot.cli import data_files, echo_json
from triagebot.cli.options import intents_folder, intents_option
from triagebot.errors import BadInput

if TYPE_CHECKING:
    from training.findings import Finding

SHOWN = 200
HEADINGS = {"sentences": "n", "different": "unlike", "mean_characters": "length"}
"""What the columns of `stats` are called in a table, where they have little room."""


@click.group()
def data() -> None:
    """Validate, count, split and convert sentences and labels."""


for command in data_files.COMMANDS:
    data.add_command(command)


@data.command()
@intents_option
@click.option(
    "--labels", multiple=True, type=click.Path(path_type=Path), help="Label files to check too."
)
@click.option("--fail-on-warnings", is_flag=True, help="Warnings fail as errors do.")
@click.pass_obj
def validate(
    obj: dict[str, Any], intents: Path | None, labels: tuple[Path, ...], fail_on_warnings: bool
) -> None:
    """Check sentences and labels.

    Finds contradictions, duplicates, gaps and personal data; errors exit with 3.
    """
    from training.findings import Severity, count
    from training.validate import validate as check

    found = check(intents_folder(obj, intents), labels)
    counts = {severity.value: count(found).get(severity, 0) for severity in Severity}
    if obj["json"]:
        echo_json({"counts": counts, "findings": [asdict(finding) for finding in found]})
    else:
        _show(found, counts)
    bad = counts["error"] + (counts["warning"] if fail_on_warnings else 0)
    if bad:
        raise BadInput(f"{bad} of {len(found)} findings must be put right")


@data.command()
@intents_option
@click.pass_obj
def stats(obj: dict[str, Any], intents: Path | None) -> None:
    """Count sentences, different ones and answers of each intent."""
    from training.data_stats import stats as count
    from triagebot.triage.catalogue import read_catalogue

    rows = count(read_catalogue(intents_folder(obj, intents)))
    if obj["json"]:
        echo_json({"intents": rows})
        return
    from rich.console import Console
    from rich.table import Table

    table = Table()
    for name, value in rows[0].items():
        right = isinstance(value, int | float)
        heading = HEADINGS.get(name, name)
        table.add_column(heading, justify="right" if right else "left", no_wrap=name == "intent")
    for row in rows:
        table.add_row(*(str(value) for value in row.values()))
    Console().print(table)


def _show(found: Sequence[Finding], counts: dict[str, int]) -> None:
    order = {"error": 0, "warning": 1, "info": 2}
    ranked = sorted(found, key=lambda finding: order[finding.severity])
    for finding in ranked[:SHOWN]:
        click.echo(
            f"{finding.file}:{finding.line}: {finding.severity}: {finding.message} [{finding.code}]"
        )
    if len(ranked) > SHOWN:
        click.echo(f"… and {len(ranked) - SHOWN} more; --json has all")
    click.echo(", ".join(f"{severity}: {n}" for severity, n in counts.items()))
