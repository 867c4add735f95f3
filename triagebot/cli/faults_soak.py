"""`triagebot faults soak`: serve for a day and look whether anything creeps up."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from triagebot.cli.faults_result import finish, planted_option
from triagebot.cli.progress import LINE_SECONDS

if TYPE_CHECKING:
    from triagebot.faults.samples import Sample


@click.command()
@click.option("--seconds", default=86_400.0, help="How long.")
@click.option("--rate", default=400.0, help="New messages a second.")
@click.option("--seed", default=1, help="Where chance begins.")
@click.option("--workers", type=click.IntRange(0, 64), default=1, help="Workers of the server.")
@planted_option("remembers", "keeps lines")
@click.option("--keep", type=click.Path(path_type=Path), help="Add the result to this file.")
@click.option("--samples", type=click.Path(path_type=Path), help="Write each look there, as JSONL.")
@click.option(
    "--trace", type=click.Path(path_type=Path), help="Write there what was allocated and kept."
)
@click.pass_obj
def soak(obj: dict[str, Any], /, keep: Path | None, samples: Path | None, **asked: Any) -> None:
    """Serve for a day with people at the console; memory, files and threads must stay level."""
    from triagebot.faults.plan import Soak
    from triagebot.faults.soak import run

    with tempfile.TemporaryDirectory(prefix="triagebot-soak-") as name, _looks(samples) as watch:
        models = Path(obj["settings"].models.dir)
        tally = run(Soak(**asked, folder=Path(name), models=models, watch=watch))
    finish(obj, tally, keep)


@contextmanager
def _looks(file: Path | None) -> Iterator[Callable[[Sample, int], None]]:
    """Show each look at the server, and write it down if a file is named."""
    import msgspec

    shown = float("-inf")
    with file.open("wb") if file else nullcontext() as lines:

        def look(sample: Sample, visits: int) -> None:
            nonlocal shown
            if lines:
                lines.write(msgspec.json.encode(sample) + b"\n")
                lines.flush()
            if sample.at > shown + LINE_SECONDS:
                shown = sample.at
                click.echo(_words(sample, visits), err=True)

        yield look


def _words(sample: Sample, visits: int) -> str:
    return (
        f"{sample.at:8.0f} s  memory {sample.memory / 1e6:6.1f} MB  files {sample.files:4d}  "
        f"threads {sample.threads:3d}  store {sample.store / 1e6:8.1f} MB  "
        f"messages {sample.rows:10,}  visits {visits:5,}"
    )
