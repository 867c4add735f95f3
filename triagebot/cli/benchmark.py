"""`triagebot benchmark`: the classifier on public sets, beside rivals trained in the same run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from triagebot.cli import echo_json
from triagebot.cli.progress import progress

if TYPE_CHECKING:
    from training.benchmarks.run import Benchmark

SHOWN = {
    "triagebot": "triagebot",
    "char_svm": "character SVM",
    "jieba_word_svm": "jieba word SVM",
}


@click.command()
@click.argument("name", type=click.Choice(["cic", "massive", "domain"]), metavar="SET")
@click.option(
    "--data",
    type=click.Path(path_type=Path),
    default=Path("../shared/data"),
    show_default=True,
    help="Folder of the public sets.",
)
@click.option(
    "--test",
    type=click.Path(path_type=Path),
    help="Judge these rows instead: JSON lines of text and label, gzipped or not.",
)
@click.option("--intents", type=click.Path(path_type=Path), help="Folder of intents, for domain.")
@click.pass_obj
def benchmark(
    obj: dict[str, Any], name: str, data: Path, test: Path | None, intents: Path | None
) -> None:
    """Measure the classifier on SET (cic, massive or domain), and two rivals beside it.

    cic and massive learn from their own rows, domain from the intents of this project.
    """
    from training.benchmarks.datasets import read_set
    from training.benchmarks.run import CONTENDERS, run

    rows = read_set(name, data, intents or Path(obj["settings"].intents.dir), test)
    with progress(tuple(CONTENDERS)) as report:
        found = run(rows, report)
    if obj["json"]:
        echo_json(found.as_json())
    else:
        _show(found)


def _show(found: Benchmark) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(
        title=f"{found.name}: {found.labels} labels learnt from {found.learnt} rows, "
        f"judged on {found.judged} ({found.judged_on})"
    )
    table.add_column("", no_wrap=True)
    for heading in ("accuracy", "macro-F1", "learns in", "judges a row in", "peak memory"):
        table.add_column(heading, justify="right")
    for name, score in found.scores.items():
        table.add_row(
            SHOWN[name],
            f"{score.accuracy:.1%}",
            f"{score.macro_f1:.1%}",
            f"{score.seconds:.1f} s",
            f"{score.judge_seconds / found.judged * 1e6:.0f} µs",
            f"{score.peak_mb:.0f} MB",
        )
    Console().print(table)
