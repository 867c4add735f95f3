"""`triagebot faults`: break it on purpose, many times, and count what was lost."""

from __future__ import annotations

import asyncio
import importlib
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from triagebot.cli import echo_json
from triagebot.cli.progress import progress
from triagebot.errors import BadInput, GateNotMet

if TYPE_CHECKING:
    from triagebot.faults.tally import Tally

RESULTS = Path("tests/faults/results.jsonl")


LOADED = {
    "kill": (200, 50, 300.0, ("tells early",)),
    "slow": (2000, 2000, 100.0, ("never sweeps",)),
    "outages": (6, 5, 200.0, ("forgetful", "patient")),
    "link": (8, 4, 200.0, ("forgetful", "patient")),
    "upgrade": (6, 5, 200.0, ("forgetful", "listens early")),
    "failover": (3, 3, 100.0, ("forgetful",)),
    "parted": (3, 3, 100.0, ("forgetful", "asleep")),
}
"""Runs over real servers: rounds, rounds in a piece, messages a second, planted faults."""

WORDS = {
    "kill": "Kill a server under load with SIGKILL; needs a promoted model.",
    "slow": "Let thousands of clients bring half a request each; needs a promoted model.",
    "outages": "Kill and freeze PostgreSQL under two nodes; needs PostgreSQL and a promoted model.",
    "link": "Slow, stall and cut the line to PostgreSQL; needs what `outages` needs.",
    "upgrade": "Upgrade two nodes in turn while the tables change; needs what `outages` needs.",
    "failover": "Kill the primary of three; needs what `outages` needs, patroni and etcd.",
    "parted": "Cut members of three off from each other; needs that, root and `ip`.",
}


def _options(
    rounds: int, planted: tuple[str, ...] = (), *, long: bool = False
) -> Callable[[Any], Any]:
    """Add what runs are asked for; `long` ones can be made in pieces."""

    def add(command: Any) -> Any:
        for option in (
            click.option("--rounds", default=rounds, show_default=True, help="How many times."),
            click.option("--seed", default=1, show_default=True, help="Where chance begins."),
            click.option(
                "--keep", type=click.Path(path_type=Path), help="Add the result to this file."
            ),
        ):
            command = option(command)
        if long:
            words = "Go on, in pieces, until the file of --keep has so many rounds in all."
            command = click.option("--resume", is_flag=True, help=words)(command)
        if planted:
            choice = click.Choice(["", *planted])
            command = click.option(
                "--planted", type=choice, default="", help="Plant a fault that must show."
            )(command)
        return click.pass_obj(command)

    return add


@click.group()
def faults() -> None:
    """Break it on purpose, many times, and count what was lost."""


@faults.command()
@_options(1000, ("normal",))
def powercut(obj: dict[str, Any], rounds: int, seed: int, keep: Path | None, planted: str) -> None:
    """Cut the power at random moments: unsynced writes are dropped or torn."""
    from triagebot.faults import power_cut

    with _bar(rounds) as step:
        tally = power_cut.run(rounds, seed, planted=planted, report=step)
    _finish(obj, tally, keep)


@faults.command()
@_options(200, ("boast", "reopen"))
def ioerrors(obj: dict[str, Any], rounds: int, seed: int, keep: Path | None, planted: str) -> None:
    """Let the disk be full, or fail writes and syncs, then cut the power."""
    from triagebot.faults import io_errors

    with _bar(rounds) as step:
        tally = io_errors.run(rounds, seed, planted=planted, report=step)
    _finish(obj, tally, keep)


@faults.command()
@_options(500, ("no checksums",))
def corrupt(obj: dict[str, Any], rounds: int, seed: int, keep: Path | None, planted: str) -> None:
    """Flip bits of a store and cut it short; see who notices."""
    from triagebot.faults import corrupt as run

    with _bar(rounds) as step:
        tally = run.run(rounds, seed, planted=planted, report=step)
    _finish(obj, tally, keep)


@faults.command()
@_options(10_000, ("no check",))
@click.option("--postgres", is_flag=True, help="Over two nodes on a PostgreSQL of its own.")
@click.option("--url", help="The same on this empty database.")
def claims(
    obj: dict[str, Any], keep: Path | None, postgres: bool, url: str | None, **asked: Any
) -> None:
    """Let fifty agents grab at the same conversations."""
    from triagebot.faults import claims as run

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
        tally = asyncio.run(run.run(urls, engine=engine, **asked))
    _finish(obj, tally, keep)


@faults.command()
@_options(2000, ("hasty", "no key", "no deadline"), long=True)
@click.option("--jobs", type=click.IntRange(1, 64), default=1, help="Processes that simulate.")
def simulate(obj: dict[str, Any], planted: str, jobs: int, **asked: Any) -> None:
    """Simulate evenings in virtual time, each from its own seed."""
    from triagebot.faults import evenings
    from triagebot.faults import simulate as run

    for seed, rounds in _pieces("simulate", 1000 * jobs, **asked):
        with _bar(rounds) as step:
            if jobs == 1 or planted:
                tally = run.run(
                    rounds, seed, planted=planted, stop_at_fault=bool(planted), report=step
                )
            else:
                tally = evenings.run(rounds, seed, jobs, report=step)
        _finish(obj, tally, asked["keep"])


@faults.command()
@click.option("--seed", default=1, show_default=True, help="Where chance begins.")
@click.option("--keep", type=click.Path(path_type=Path), help="Add the result to this file.")
@click.option("--rows", default=0, show_default=True, help="Messages that are there before.")
@click.pass_obj
def backup(obj: dict[str, Any], seed: int, keep: Path | None, rows: int) -> None:
    """Copy a store under load, lose it, put the copy back; needs a promoted model."""
    from triagebot.faults import drill

    with tempfile.TemporaryDirectory(prefix="triagebot-drill-") as name:
        tally = drill.run(seed, Path(name), Path(obj["settings"].models.dir), rows=rows)
    _finish(obj, tally, keep)


@faults.command()
@click.option("--results", type=click.Path(path_type=Path, exists=True), default=RESULTS)
@click.option("--out", type=click.Path(path_type=Path), default=Path("RELIABILITY.md"))
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


def _add_loaded(run: str) -> None:
    """Add the command of a run over real servers with the promoted model."""
    usual, size, pace, planted = LOADED[run]

    @faults.command(run, help=WORDS[run])
    @_options(usual, planted, long=True)
    @click.option("--rate", default=pace, show_default=True, help="Messages a second.")
    def loaded(
        obj: dict[str, Any], rounds: int, seed: int, keep: Path | None, resume: bool, **asked: Any
    ) -> None:
        work = importlib.import_module(f"triagebot.faults.{run}").run
        models = Path(obj["settings"].models.dir)
        for first, count in _pieces(run, size, rounds, seed, keep, resume):
            with (
                tempfile.TemporaryDirectory(prefix="triagebot-faults-") as home,
                _bar(count) as bar,
            ):
                tally = work(count, first, Path(home), models, report=bar, **asked)
            _finish(obj, tally, keep)


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


def _finish(obj: dict[str, Any], tally: Tally, keep: Path | None) -> None:
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


for _run in LOADED:
    _add_loaded(_run)
