"""`triagebot replay`: which fans' answers would change if another model served."""

from __future__ import annotations

import asyncio
import getpass
import re
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from triagebot.cli import echo_json
from triagebot.cli.minds import wake_model
from triagebot.cli.progress import progress
from triagebot.errors import BadInput, NothingToDo

if TYPE_CHECKING:
    from rich.table import Table

    from triagebot.models.replay import Group, Past, Replay, ReplayRecord
    from triagebot.store.database import Database
    from triagebot.triage.think import Mind

PAGE = 1000
UNITS = {"h": 1 / 24, "d": 1.0, "w": 7.0}


@click.command()
@click.option("--from", "base", default="current", help="The model to compare with.")
@click.option("--to", "candidate", required=True, help="The model that might serve.")
@click.option("--since", default="14d", help="How far back, as 12h, 14d or 2w.")
@click.option("--file", type=click.Path(path_type=Path), help="Replay these rows of text instead.")
@click.option("--html", type=click.Path(path_type=Path), help="Write the page here as well.")
@click.option(
    "--by", default=getpass.getuser, show_default="your login", help="Who does it, for the record."
)
@click.pass_obj
def replay(
    obj: dict[str, Any],
    base: str,
    candidate: str,
    since: str,
    file: Path | None,
    html: Path | None,
    by: str,
) -> None:
    """Show which past messages another model would treat differently, the dearest first.

    The record goes into the folder of the candidate, where the gate of `model promote` reads it.
    """
    days = _days(since)
    record, mind = run(obj["settings"], base, candidate, days, file, by)
    if html:
        from training.html import write_page
        from training.replay_report import render

        write_page(html, render(record, mind.catalogue))
    if obj["json"]:
        import msgspec

        echo_json(msgspec.to_builtins(record))
    else:
        show(record, mind)


def run(
    settings: Any, base: str, candidate: str, days: float, file: Path | None, by: str
) -> tuple[ReplayRecord, Mind]:
    """Replay with progress on stderr and put record and page into the candidate's folder.

    Raises `NothingToDo` when there was no message to replay.
    """
    from training.html import write_page
    from training.replay_report import render
    from triagebot.cli.stores import now as clock
    from triagebot.models.promote import now
    from triagebot.models.replay import Replay, write_record

    old, new = wake_model(settings, base), wake_model(settings, candidate)
    found, no_traffic = Replay(old, new), False
    with progress(("replay",)) as report:
        done = _reporting(report)
        if file:
            _from_file(found, file, done)
        else:
            no_traffic = asyncio.run(_from_store(settings, found, days, done))
    if not (found.n or no_traffic):
        raise NothingToDo(f"no message came within {days:g} days; look further back or give --file")
    source, span = (file.name, 0.0) if file else ("store", days)
    record = found.record(now(clock), by, source, span, no_traffic=no_traffic)
    write_record(new.bundle.folder, record)
    write_page(new.bundle.folder / "replay.html", render(record, new.catalogue))
    return record, new


def show(record: ReplayRecord, mind: Mind) -> None:
    """Print how many messages would change, and the dearest groups with an example."""
    from rich.console import Console

    console = Console()
    share = record.changed / record.n if record.n else 0.0
    console.print(
        f"{record.changed:,} of {record.n:,} messages would change ({share:.1%}) from "
        f"{record.base} to {record.candidate}"
    )
    if not record.n:
        console.print("No message has come yet: --file replays rows of text.")
    if record.groups:
        console.print(_table(record.groups[:15]), markup=False)
    judged = record.judged
    console.print(
        f"judged among them: {judged.better} better, {judged.worse} worse, {judged.tied} alike "
        f"(exact McNemar p = {judged.p:.3g})"
    )
    console.print(
        f"{mind.bundle.folder / 'replay.html'} shows all\n"
        f"Next: triagebot model promote {mind.model}"
    )


def _table(groups: Sequence[Group]) -> Table:
    from rich.table import Table

    table = Table()
    for heading in ("now", "then", "messages", "at stake", "judged", "example"):
        table.add_column(
            heading, justify="right" if heading in ("messages", "at stake") else "left"
        )
    for group in groups:
        votes = f"+{group.judged.better} -{group.judged.worse}"
        example = group.examples[0].text if group.examples else ""
        cells = (group.before, group.after, f"{group.n:,}", f"{group.at_stake:,.0f} min", votes)
        table.add_row(*cells, example)
    return table


def _days(text: str) -> float:
    found = re.fullmatch(r"(\d+(?:\.\d+)?)([hdw])", text.strip())
    if not found:
        raise BadInput(f"--since {text}: expected a number with h, d or w, such as 14d")
    return float(found[1]) * UNITS[found[2]]


def _reporting(report: Callable[[str, int, int], None]) -> Callable[[int, int], None]:
    return lambda done, total: report("replay", done, total)


async def _stored(
    db: Database, replay: Replay, days: float, done: Callable[[int, int], None]
) -> bool:
    from triagebot.cli.stores import now
    from triagebot.models.stored import replay_stored
    from triagebot.store import past

    await replay_stored(db, replay, now() - timedelta(days=days), done)
    return await db.read(past.is_empty)


async def _from_store(
    settings: Any, replay: Replay, days: float, done: Callable[[int, int], None]
) -> bool:
    from triagebot.cli.stores import with_database

    return await with_database(settings, _stored, replay, days, done)


def _from_file(replay: Replay, file: Path, done: Callable[[int, int], None]) -> None:
    rows = _rows(file)
    while batch := list(islice(rows, PAGE)):
        replay.feed(batch)
        done(replay.n, 0)


def _rows(file: Path) -> Iterator[Past]:
    """Yield the rows of text; those with an intent count as judged. Raises `BadInput`."""
    import msgspec

    from training.labels_file import read_lines
    from training.outcomes import Judged
    from triagebot.cli.stores import now
    from triagebot.domain.label import Label, Source
    from triagebot.models.replay import Past

    decoder, at = msgspec.json.Decoder(Judged), now()
    for number, line in read_lines(file):
        try:
            row = decoder.decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise BadInput(f"{file.name}:{number}: {error}") from error
        intent = row.intent or row.label
        label = (
            Label(row.text, intent, Source.IMPORT, "", at, answer=row.answer) if intent else None
        )
        yield Past("file", row.text, label=label)
