"""Options that several commands share, and what they come to."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

intents_option = click.option(
    "--intents",
    type=click.Path(path_type=Path),
    help="Folder of intents; intents.dir of the settings by default.",
)
model_option = click.option(
    "--model", help="Name or folder of a model; the current one by default."
)
input_option = click.option(
    "-i",
    "--input",
    "source",
    type=click.File("rb"),
    default="-",
    show_default="stdin",
    help="JSONL or text.",
)


def intents_folder(obj: dict[str, Any], chosen: Path | None) -> Path:
    """Return the folder that was chosen, else that of the settings."""
    return chosen or Path(obj["settings"].intents.dir)
