"""`triagebot faults`: break it on purpose, many times, and count what was lost."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import click

from triagebot.cli.faults_result import finish, planted_option
from triagebot.cli.faults_soak import soak
from triagebot.cli.progress import progress
from triagebot.errors import BadInput
from triagebot.faults.runs import CLAIMS, RUNS, Run

RESULTS = Path("tests/faults/results.jsonl")


def _options(run: Run) -> Callable[[Any], Any]:
    """Add what runs are asked for."""
    options = [
        click.option("--rounds", default=run.rounds, help="How many times."),
        click.option("--seed", default=1, help="Where chance begins."),
        click.option(
            "--keep", type=click.Path(path_type=Path), help="Add the result to this file."
        ),
    ]
    if run.piece:
        words = "Go on, in pieces, until the file of --keep has so many rounds in all."
        options.append(click.option("--resume", is_flag=True, help=words))
    options.append(planted_option(*run.planted))
    if run.shared:
        words = "How many at once, each in a process of its own."
        options.append(click.option("--jobs", type=click.IntRange(1, 64), default=1, help=words))
    if run.rate:
        words = "Messages a second."
        options.append(click.option("--rate", default=run.rate, help=words))

    def add(command: Any) -> Any:
        for option in options:
            command = option(command)
        return click.pass_obj(command)

    return add


@click.group()
def faults() -> None:
    """Break it on purpose, many times, and count what was lost."""


@faults.command(help=CLAIMS.words)
@_options(CLAIMS)
@click.option("--postgres", is_flag=True, help="Over two nodes on a PostgreSQL of its own.")
@click.option("--url", help="The same on this empty database.")
def claims(
    obj: dict[str, Any], keep: Path | None, postgres: bool, url: str | None, **asked: Any
) -> None:
    """Lend databases to the run."""
    from triagebot.faults.claims import run
    from triagebot.faults.plan import Plan

    with tempfile.TemporaryDirectory(prefix="triagebot-claims-") as name, ExitStack() as ending:
        if postgres:
            from triagebot.faults.postgres import PostgresServer

            server = PostgresServer()
            ending.callback(server.remove)
            server.start()
            url = server.url
        # SQLite has one writing process; PostgreSQL is used through two nodes.
        urls = [url, url] if url else [f"sqlite:///{Path(name) / 'claims.db'}"]
        engine = "PostgreSQL" if url else "SQLite"
        tally = asyncio.run(run(Plan(**asked), urls, engine))
    finish(obj, tally, keep)


@faults.command()
@click.option("--seed", default=1, help="Where chance begins.")
@click.option("--keep", type=click.Path(path_type=Path), help="Add the result to this file.")
@click.option("--rows", default=0, help="Messages that are there before.")
@click.pass_obj
def backup(obj: dict[str, Any], seed: int, keep: Path | None, rows: int) -> None:
    """Copy a store under load, lose it, put the copy back; needs a promoted model."""
    from triagebot.faults import drill

    with tempfile.TemporaryDirectory(prefix="triagebot-drill-") as name:
        tally = drill.run(seed, Path(name), Path(obj["settings"].models.dir), rows=rows)
    finish(obj, tally, keep)


@faults.command()
@click.option(
    "--results", type=click.Path(path_type=Path, exists=True), default=RESULTS, help="The results."
)
@click.option(
    "--out", type=click.Path(path_type=Path), default="RELIABILITY.md", help="File to write."
)
def report(results: Path, out: Path) -> None:
    """Write RELIABILITY.md from the results that were kept."""
    from triagebot.faults import kept
    from triagebot.faults.report import render

    out.write_text(render(kept.read(results)), encoding="utf-8")
    click.echo(out)


@contextmanager
def _bar(rounds: int) -> Iterator[Callable[[int], None]]:
    with progress(("rounds",)) as report:
        yield lambda done: report("rounds", done, rounds)


def _add(name: str, run: Run) -> None:
    """Add the command of a run."""

    @faults.command(name, help=run.words)
    @_options(run)
    def command(
        obj: dict[str, Any],
        rounds: int,
        seed: int,
        keep: Path | None,
        resume: bool = False,
        jobs: int = 1,
        **asked: Any,
    ) -> None:
        from triagebot.faults.plan import Load, Plan

        for first, count in _pieces(name, run.piece * jobs, rounds, seed, keep, resume):
            with (
                tempfile.TemporaryDirectory(prefix="triagebot-faults-") as home,
                _bar(count) as bar,
            ):
                asked |= {"jobs": jobs, "report": bar}
                if run.rate:
                    models = Path(obj["settings"].models.dir)
                    plan: Plan = Load(count, first, folder=Path(home), models=models, **asked)
                else:
                    plan = Plan(count, first, **asked)
                tally = run.make(plan)
            finish(obj, tally, keep)


def _pieces(
    name: str, size: int, rounds: int, seed: int, keep: Path | None, resume: bool
) -> Iterable[tuple[int, int]]:
    """Return seed and rounds of each piece of a run; one alone unless it is resumed."""
    if not resume:
        return [(seed, rounds)]
    if keep is None:
        raise BadInput("--resume needs the results so far: say --keep FILE.")
    from triagebot.faults import kept

    return kept.pieces(keep, name, rounds, size)


for _name, _run in RUNS.items():
    _add(_name, _run)
faults.add_command(soak)
