"""`triagebot loadtest`: load a server as a busy night does, and check what it kept."""

from __future__ import annotations

import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from triagebot.cli import echo_json

if TYPE_CHECKING:
    from triagebot.loadtest.envelope import Sender
    from triagebot.loadtest.plan import Plan
    from triagebot.loadtest.tally import Tally
    from triagebot.loadtest.usage import Usage


@click.command()
@click.option("--url", help="Server on this machine; without it one is started for the run.")
@click.option("--account", help="WeChat account of the settings to write to, with --url.")
@click.option("--secure", is_flag=True, help="Encrypted messages, without --url.")
@click.option("--rate", default=389.0, help="New messages a second, mean.")
@click.option("--minutes", type=float, help="How long. [default: 1]")
@click.option("--messages", type=click.IntRange(min=1), help="How many, instead of --minutes.")
@click.option("--duplicates", default=0.05, help="Share delivered twice.")
@click.option("--day", is_flag=True, help="The curve of a whole day, in the time given.")
@click.option("--quiz", is_flag=True, help="Everyone answers within seconds of each question.")
@click.option("--fans", default=100_000, help="How many fans write.")
@click.option("--texts", type=click.Path(exists=True, path_type=Path), help="JSONL[.gz] of texts.")
@click.option(
    "--workers",
    type=click.IntRange(0, 64),
    default=0,
    help="Workers of the server that is started, without --url.",
)
@click.option("--connections", default=256, help="Connections kept open.")
@click.option("--store", help="Store to compare with, path or URL; '-' for none.")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path("var/loadtest"),
    help="Folder for the report and the list of what was acknowledged.",
)
@click.pass_obj
def loadtest(obj: dict[str, Any], /, url: str | None, out: Path, **options: Any) -> None:
    """Send messages by the clock, never waiting for the server, and compare with its store.

    Ends with code 4 when something acknowledged is lost, doubled or changed.
    """  # fmt: skip
    from triagebot.errors import BadInput, GateNotMet
    from triagebot.loadtest.own_server import PLAIN, SECURE, own_server
    from triagebot.loadtest.usage import Usage

    if options["day"] and options["quiz"]:
        raise BadInput("Choose --day or --quiz.")
    out.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        settings = obj["settings"]
        store = options["store"]
        usage = None
        if url is None:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="loadtest-")))
            # The folder first, so that the server has ended before it goes.
            models = f"models.dir={Path(settings.models.dir).resolve()}"
            own = stack.enter_context(own_server(folder, (models,), options["workers"]))
            url, store = own.url, store or own.store
            usage = Usage(own.pid)
            sender = SECURE if options["secure"] else PLAIN
        else:
            sender = _sender(settings, options["account"])
            store = store or settings.database.url
        result = _load(url, sender, store, out, usage, options)
    if obj["json"]:
        echo_json(result)
    else:
        for name, value in result.items():
            click.echo(f"{name:<20} {value}")
    if not result["ok"]:
        raise GateNotMet("The server lost, doubled or changed what it had acknowledged.")


def _load(
    url: str,
    sender: Sender,
    store: str,
    out: Path,
    usage: Usage | None,
    options: dict[str, Any],
) -> dict[str, Any]:
    from triagebot.app import loops
    from triagebot.loadtest.address import find_target
    from triagebot.loadtest.compare import compare
    from triagebot.loadtest.report import page
    from triagebot.loadtest.result import figures
    from triagebot.loadtest.run import Course, run

    target = find_target(url)
    plan = _plan(options)
    now = datetime.now(UTC)
    where = _where(now)  # as busy as the machine is before the load
    course = Course(target, replace(sender, host=target.name), plan, options["connections"])
    name = f"{now:%Y%m%dT%H%M%S}-{plan.tag}"
    tally = loops.run(run(course, out / f"{name}.acked", partial(_watch, usage)))
    if usage:
        usage.sample()
    channel = f"wechat:{sender.account}"
    kept = None if store == "-" else compare(store, channel, plan, tally.acknowledged)
    result = figures(plan, tally, kept, usage)
    title = f"{plan.messages:,} messages at {plan.rate:g} a second, {plan.shape}"
    report = out / f"{name}.html"
    report.write_text(page(title, where, result, tally.seconds), encoding="utf-8")
    return {**result, "report": str(report)}


def _where(began: datetime) -> str:
    """Return when it ran, on what, and what was typed, without the folders of this machine."""
    from triagebot.machine import busyness, describe

    command = " ".join(["triagebot", *(Path(word).name or word for word in sys.argv[1:])])
    return f"{began:%Y-%m-%d %H:%M} UTC, {describe()}, load {busyness()}: {command}"


def _plan(options: dict[str, Any]) -> Plan:
    from triagebot.errors import BadInput
    from triagebot.loadtest.plan import Plan, Shape
    from triagebot.loadtest.texts import read_texts

    if options["rate"] <= 0 or not 0 <= options["duplicates"] <= 1 or options["fans"] < 1:
        raise BadInput("The rate and the fans must be above 0, the duplicates from 0 to 1.")
    shape = Shape.DAY if options["day"] else Shape.QUIZ if options["quiz"] else Shape.STEADY
    messages = options["messages"] or round(options["rate"] * 60 * (options["minutes"] or 1.0))
    began = int(time.time())
    return Plan(
        read_texts(options["texts"]),
        max(1, messages),
        options["rate"],
        began,
        f"{began % 2**20:05x}",
        shape,
        options["fans"],
        options["duplicates"],
    )


def _sender(settings: Any, account: str | None) -> Sender:
    from triagebot.errors import BadInput
    from triagebot.loadtest.envelope import Sender
    from triagebot.settings import read_secret

    name = account or next(iter(settings.wechat), "")
    found = settings.wechat.get(name)
    if found is None:
        which = f" {name!r}" if name else "; `triagebot wechat check` says how to set one"
        raise BadInput(f"The settings have no WeChat account{which}.", fields={"account": "?"})
    token = [*read_secret(found.token_file), ""][0]
    key = "" if found.mode == "plain" else [*read_secret(found.aes_key_file), ""][0]
    return Sender(name, found.appid, found.original_id or "gh_loadtest0000", token, key)


def _watch(usage: Usage | None, tally: Tally, seconds: float) -> None:
    if usage:
        usage.sample()
        tally.second(seconds).rss = usage.rss_last
    second = tally.second(max(0.0, seconds - 1.0))
    latest = second.latencies
    end = "\r" if sys.stderr.isatty() else "\n"
    if end == "\n" and int(seconds) % 5:
        return
    click.echo(
        f"{seconds:6.0f} s  offered {second.offered:6d}/s  served {second.served:6d}/s  "
        f"not 200 {sum(tally.statuses.values()) - tally.statuses[200]:6d}  "
        f"p99 {latest.quantile(0.99) * 1000:7.1f} ms  longest {latest.longest * 1000:7.1f} ms ",
        err=True,
        nl=False,
    )
    click.echo(end, err=True, nl=False)
