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


def setting_rows(settings: Any, origins: dict[str, str]) -> list[dict[str, Any]]:
    """Return name, value, origin and help of every setting, accounts one by one."""
    from triagebot.settings import table

    rows = []
    for name, _, text in table():
        section, *rest = name.split(".")
        names = sorted(settings.wechat) if section == "wechat" else [""]
        for account in names:
            holder = settings.wechat[account] if account else getattr(settings, section)
            shown = name.replace("NAME", account)
            rows.append(
                {
                    "name": shown,
                    "value": getattr(holder, rest[-1]),
                    "origin": origins.get(shown, "default"),
                    "help": text,
                }
            )
    return rows
