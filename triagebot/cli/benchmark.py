"""`triagebot benchmark`: the classifier on public sets, beside rivals trained in the same run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import astuple
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from triagebot.cli import echo_json
from triagebot.cli.options import intents_folder
from triagebot.cli.progress import progress

if TYPE_CHECKING:
    from training.benchmarks.run import Benchmark

SETS = ("cic", "massive", "domain", "rejection", "pairs")
SHOWN = {
    "triagebot": "triagebot",
    "char_svm": "character SVM",
    "jieba_word_svm": "jieba word SVM",
}


@click.command()
@click.argument(
    "name", type=click.Choice(["cic", "massive", "domain", "rejection", "pairs"]), metavar="SET"
)
@click.option(
    "--data",
    type=click.Path(path_type=Path),
    default=Path("../shared/data"),
    help="Folder of the public sets.",
)
@click.option(
    "--test",
    type=click.Path(path_type=Path),
    help="Judge these rows instead: JSON lines of text and label, gzipped or not.",
)
@click.option(
    "--intents",
    type=click.Path(path_type=Path),
    help="Folder of intents, for domain and rejection.",
)
@click.pass_obj
def benchmark(
    obj: dict[str, Any], name: str, data: Path, test: Path | None, intents: Path | None
) -> None:
    """Measure the classifier on SET (cic, massive or domain), and two rivals beside it.

    cic and massive learn from their own rows, domain from the intents of this project. SET may also
    be rejection (how well foreign messages are told, and what is answered all the same) or pairs
    (whether two messages are known to mean the same, on held-out pairs).
    """
    folder = intents_folder(obj, intents)
    if test and name in ("rejection", "pairs"):
        raise click.UsageError(f"--test does not go with {name}")
    if name == "rejection":
        _rejection(obj["json"], data, folder)
        return
    if name == "pairs":
        _pairs(obj["json"], data)
        return
    from training.benchmarks.datasets import read_set
    from training.benchmarks.run import CONTENDERS, run

    rows = read_set(name, data, folder, test)
    with progress(tuple(CONTENDERS)) as report:
        found = run(rows, report)
    if obj["json"]:
        echo_json(found.as_json())
    else:
        _show(found)


def _show(found: Benchmark) -> None:
    _print(
        f"{found.name}: {found.labels} labels learnt from {found.learnt} rows, "
        f"judged on {found.judged} ({found.judged_on})",
        ("accuracy", "macro-F1", "learns in", "judges a row in", "peak memory"),
        {
            SHOWN[name]: [
                f"{score.accuracy:.1%}",
                f"{score.macro_f1:.1%}",
                f"{score.seconds:.1f} s",
                f"{score.judge_seconds / found.judged * 1e6:.0f} µs",
                f"{score.peak_mb:.0f} MB",
            ]
            for name, score in found.scores.items()
        },
    )


def _rejection(as_json: bool, data: Path, intents: Path) -> None:
    from training.benchmarks.rejection import run
    from triagebot.triage.catalogue import read_catalogue

    found = run(data, read_catalogue(intents))
    if as_json:
        echo_json(found.as_json())
        return
    n = {name: group.n for name, group in found.treated.items()}
    _print(
        f"how well each score tells foreign messages from {n['own']} of our own (AUC): "
        f"{n['easy']} easy, {n['hard']} hard",
        ("easy", "hard", "easy, with class", "hard, with class"),
        {
            name.replace("_", " "): [f"{value:.3f}" for value in astuple(each)]
            for name, each in found.scores.items()
        },
    )
    _print(
        "what is done with them",
        ("messages", "answered", "with small talk", "as flashing_rom"),
        {
            name: [str(each.n)] + [f"{share:.1%}" for share in astuple(each)[1:]]
            for name, each in found.treated.items()
        },
    )


def _pairs(as_json: bool, data: Path) -> None:
    from training.benchmarks.pairs import run

    found = run(data)
    if as_json:
        echo_json(found.as_json())
        return
    _print(
        f"pairs: learnt from {found.learnt}, judged on {found.judged}, {found.same:.0%} the same",
        ("AUC", "ECE", "ECE after a fitted curve"),
        {
            name.replace("_", " "): [f"{value:.3f}" for value in astuple(score)]
            for name, score in found.scores.items()
        },
    )


def _print(title: str, headings: Sequence[str], rows: Mapping[str, Sequence[str]]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(title=title)
    table.add_column("", no_wrap=True)
    for heading in headings:
        table.add_column(heading, justify="right")
    for name, cells in rows.items():
        table.add_row(name, *cells)
    Console().print(table)
