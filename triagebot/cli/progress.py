"""Progress that suits the reader: a bar on a terminal, a line a stage elsewhere."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import click

Report = Callable[[str, int, int], None]
LINE_SECONDS = 5.0


@contextmanager
def progress(stages: Sequence[str]) -> Iterator[Report]:
    """Yield a function that takes stage, steps done and steps in all; it writes to stderr."""
    if sys.stderr.isatty() and not os.environ.get("CI"):
        with _bars(stages) as report:
            yield report
    else:
        yield _lines()


@contextmanager
def _bars(stages: Sequence[str]) -> Iterator[Report]:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description:<10}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        task = bars.add_task(stages[0], total=len(stages))

        def report(stage: str, done: int, total: int) -> None:
            place = stages.index(stage) + (done / total if total else 0.0)
            bars.update(task, description=stage, completed=place)

        yield report


def _lines() -> Report:
    started = time.monotonic()
    last_stage, last_moment = "", 0.0

    def report(stage: str, done: int, total: int) -> None:
        nonlocal last_stage, last_moment
        now = time.monotonic() - started
        if stage == last_stage and now - last_moment < LINE_SECONDS:
            return
        last_stage, last_moment = stage, now
        click.echo(f"stage={stage} done={done} total={total} seconds={now:.1f}", err=True)

    return report
