"""Shows what a fault run found, keeps it, and says by the exit code whether it is as it must be."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from triagebot.cli import echo_json
from triagebot.errors import GateNotMet

if TYPE_CHECKING:
    from triagebot.faults.tally import Tally


def planted_option(*faults: str) -> Callable[[Any], Any]:
    """Return the option that plants one of the faults that a run can have."""
    return click.option(
        "--planted",
        type=click.Choice(["", *faults]),
        default="",
        show_default=False,
        metavar=f"[{'|'.join(faults)}]",
        help="Plant a fault that must show.",
    )


def finish(obj: dict[str, Any], tally: Tally, keep: Path | None) -> None:
    """Print and keep a result. Raises `GateNotMet` when it is not what it must be."""
    from triagebot.faults import kept

    result = tally.as_json()
    if keep:
        kept.add(keep, result)
    if obj["json"]:
        echo_json(result)
    else:
        for name in ("rounds", "acked", "stored", "lost", "different", "doubled"):
            click.echo(f"{name:>34}  {result[name]:,}")
        for name, value in result["figures"].items():
            click.echo(f"{name:>34}  {value}")
        for fault in result["faults"]:
            click.echo(f"{'fault':>34}  {fault}")
    if tally.held == bool(tally.planted):
        raise GateNotMet(
            f"the planted fault {tally.planted!r} did not show"
            if tally.planted
            else f"{tally.name}: a promise was broken (seed {tally.seed})"
        )
