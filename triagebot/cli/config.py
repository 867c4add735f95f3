"""`triagebot config`: what is set, to what, and from where."""

from __future__ import annotations

from typing import Any

import click

from triagebot.cli import echo_json


@click.group()
def config() -> None:
    """Show and check the settings."""


@config.command()
@click.pass_obj
def show(obj: dict[str, Any]) -> None:
    """Print every setting with its value and origin."""
    from triagebot.settings import setting_rows

    rows = setting_rows(obj["settings"], obj["origins"])
    if obj["json"]:
        echo_json({row["name"]: row for row in rows})
        return
    width = max(len(row["name"]) for row in rows)
    for row in rows:
        click.echo(f"{row['name']:<{width}}  {row['value']!s:<40}  {row['origin']}")


@config.command()
def check() -> None:
    """Check the settings; wrong ones have stopped the command before it got here."""
    click.echo("settings are valid")
