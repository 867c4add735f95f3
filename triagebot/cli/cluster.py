"""`triagebot cluster`: messages in, groups out, so that one decision serves many."""

from __future__ import annotations

import time
from collections.abc import Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any

import click

from triagebot.cli import echo_json
from triagebot.cli.minds import wake_model
from triagebot.cli.options import input_option, model_option
from triagebot.cli.predict import read_text
from triagebot.cli.progress import progress
from triagebot.errors import BadInput

if TYPE_CHECKING:
    from triagebot.triage.cluster import Cluster, Waiting
    from triagebot.triage.think import Mind

BATCH = 256
TYPICAL = 5


@click.command()
@model_option
@input_option
@click.option("--most", type=click.IntRange(1), default=20, help="How many clusters to print.")
@click.option(
    "--least", type=click.FloatRange(0.3, 1.0), help="How alike, 0.3 to 1; higher is purer."
)
@click.pass_obj
def cluster(
    obj: dict[str, Any], model: str | None, source: Any, most: int, least: float | None
) -> None:
    """Read {"text": …} lines and group them by meaning, largest group first.

    With --json all groups come, with the numbers of their lines, from 1.
    """
    mind = wake_model(obj["settings"], model)
    filled = (line for line in enumerate(source, start=1) if line[1].strip())
    numbered = [(number, read_text(number, line)) for number, line in filled]
    waiting = _think(mind, [text for _, text in numbered])
    began = time.perf_counter()
    found = mind.cluster(waiting, least) if least else mind.cluster(waiting)
    seconds = time.perf_counter() - began
    if obj["json"]:
        lines = [number for number, _ in numbered]
        groups = [_shape(each, waiting, lines) for each in found]
        echo_json({"n": len(waiting), "seconds": round(seconds, 3), "clusters": groups})
        return
    _show(found[:most], waiting)
    several = [each for each in found if len(each.members) > 1]
    inside = sum(len(each.members) for each in several)
    click.echo(
        f"{len(waiting)} messages: {inside} in {len(several)} clusters, "
        f"{len(found) - len(several)} alone, grouped in {seconds:.1f} s"
    )


def _think(mind: Mind, texts: Sequence[str]) -> list[Waiting]:
    from triagebot.triage.cluster import Waiting

    if not texts:
        raise BadInput("there are no messages to group")
    waiting: list[Waiting] = []
    rest = iter(texts)
    with progress(["reading"]) as report:
        while batch := list(islice(rest, BATCH)):
            for text, thought in zip(batch, mind.think(batch), strict=True):
                best = thought.answers[0] if thought.answers else None
                sure = best.confidence if best else 0.0
                name = best.answer if best else None
                waiting.append(Waiting(text, thought.intent, thought.confidence, name, sure))
            report("reading", len(waiting), len(texts))
    return waiting


def _shape(each: Cluster, waiting: Sequence[Waiting], lines: Sequence[int]) -> dict[str, Any]:
    ticked = {member.place for member in each.ticked}
    return {
        "kind": each.kind,
        "size": len(each.members),
        "text": waiting[each.members[0].place].text,
        "intent": each.intent,
        "answer": each.answer,
        "lines": [lines[member.place] for member in each.members],
        "nearness": [round(member.nearness, 3) for member in each.members],
        "ticked": [member.place in ticked for member in each.members],
    }


def _show(found: Sequence[Cluster], waiting: Sequence[Waiting]) -> None:
    for each in found:
        head = click.style(f"{len(each.members)}", bold=True)
        click.echo(f"{head}  {each.kind}  {each.intent or '-'}  {each.answer or '-'}")
        shown = each.members[:TYPICAL]
        last = [member for member in each.members[-TYPICAL:] if member not in shown]
        for member in (*shown, *last):
            click.echo(f"    {member.nearness:.2f}  {waiting[member.place].text}")
