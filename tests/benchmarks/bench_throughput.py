"""What one machine carries, beside a bare aiohttp echo of the same requests in the same run.

python tests/benchmarks/bench_throughput.py MODELS [--texts FILE] [--part PART] [--seconds S]

Parts: `sustained` (plain, secure and the echo), `minutes` (plain for ten minutes, and the echo),
`mean` (389 a second), `beyond` (10,000 a second offered, then 389 again), `event` (2.8 million
messages: at 3,500 a second a quarter of an hour).
Each says every ten seconds how it does, and writes `docs/performance/PART.json`.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import disk
from loading import REPEATED, load, other, ours, plan_of, row, settle
from measured import keep, machine

from triagebot.loadtest.compare import compare
from triagebot.loadtest.own_server import PLAIN, own_server
from triagebot.loadtest.texts import read_texts

ECHO = (sys.executable, str(Path(__file__).parent / "rivals" / "echo.py"))
EVENT = 2_800_000
MEAN = 389.0
ECHO_LIMIT = 16_000.0
"""More than the echo can do on the machine of these figures."""

CONNECTIONS = 6000
"""Of the sender where it offers more than the server can do."""


def main() -> None:
    """Run one part."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("models", type=Path)
    parser.add_argument("--texts", type=Path)
    parser.add_argument("--part", choices=PARTS, default="sustained")
    parser.add_argument("--seconds", type=float, help="600 for the part minutes, 60 for others.")
    parser.add_argument("--rate", type=float, default=3500.0)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--messages", type=int, default=EVENT, help="Of the part event.")
    chosen = parser.parse_args()
    chosen.seconds = chosen.seconds or (600.0 if chosen.part == "minutes" else 60.0)
    where = machine()
    rows, note = PARTS[chosen.part](chosen, read_texts(chosen.texts))
    keep(chosen.part, rows, note, where)


def sustained(chosen: argparse.Namespace, texts: list[str]) -> tuple[list[dict[str, Any]], str]:
    """Plain at the rate asked for, secure at two thirds, and the echo."""
    options: dict[str, Any] = {"workers": chosen.workers, "connections": 512}
    plain = ours(chosen.models, texts, chosen.rate, chosen.seconds, **options)
    secure = ours(chosen.models, texts, chosen.rate * 2 / 3, chosen.seconds, secure=True, **options)
    echoes, note = beside(plain, chosen, texts)
    return [plain, secure, *echoes], note


def minutes(chosen: argparse.Namespace, texts: list[str]) -> tuple[list[dict[str, Any]], str]:
    """Plain, redeliveries counted in the rate, for as long as is asked; and the echo."""
    rate = chosen.rate / (1 + REPEATED)
    plain = ours(
        chosen.models, texts, rate, chosen.seconds, workers=chosen.workers, connections=512
    )
    echoes, note = beside(plain, chosen, texts)
    note = f"{chosen.seconds:,.0f} s; one message in twenty is delivered twice. {note}"
    return [plain, *echoes], note


def beside(
    plain: dict[str, Any], chosen: argparse.Namespace, texts: list[str]
) -> tuple[list[dict[str, Any]], str]:
    """Return the echo's figures under twice the rate and at its limit, and our share of them."""
    found = [
        other(f"bare aiohttp echo, {name}", ECHO, texts, rate, 20.0, connections=512)
        for name, rate in (("twice the load", 2 * chosen.rate), ("at its limit", ECHO_LIMIT))
    ]
    twice, limit = (plain["served/s"] / max(1.0, echo["served/s"]) for echo in found)
    return found, f"Plain ÷ echo: {twice:.2f} under twice the load, {limit:.2f} of its limit."


def mean(chosen: argparse.Namespace, texts: list[str]) -> tuple[list[dict[str, Any]], str]:
    """The event's mean rate, alone and with workers, beside the echo and the disk alone."""
    sync = disk.told()
    found = [
        ours(chosen.models, texts, MEAN, chosen.seconds, workers=workers)
        for workers in (0, chosen.workers)
    ]
    found.append(other("bare aiohttp echo", ECHO, texts, MEAN, min(chosen.seconds, 20.0)))
    return found, f"The mean rate of the event: 2.8 million messages in two hours. {sync}"


def beyond(chosen: argparse.Namespace, texts: list[str]) -> tuple[list[dict[str, Any]], str]:
    """Ten thousand a second offered, and right after it the mean rate on the same server."""
    found = []
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        settings = (f"models.dir={chosen.models.resolve()}",)
        with own_server(Path(folder), settings, chosen.workers) as server:
            settle(chosen.workers)
            for name, rate, seconds, connections in (
                ("10,000/s offered", 10_000.0, chosen.seconds, CONNECTIONS),
                ("the first 10 s after", MEAN, 10.0, 256),
                ("10 s later", MEAN, 10.0, 256),
            ):
                plan = plan_of(texts, rate, seconds)
                tally, usage = load(server.url, PLAIN, plan, server.pid, connections)
                kept = compare(server.store, "wechat:load", plan, tally.acknowledged)
                found.append(row(name, plan, tally, kept, usage))
    return found, (
        f"{CONNECTIONS:,} connections, more than the server lets wait, so that nobody waits in the "
        "sender; who is not answered 200 was refused or given up after 5 s."
    )


def event(chosen: argparse.Namespace, texts: list[str]) -> tuple[list[dict[str, Any]], str]:
    """The whole event once, at the rate asked for."""
    found = ours(
        chosen.models, texts, chosen.rate, 0, workers=chosen.workers, messages=chosen.messages,
        connections=512,
    )  # fmt: skip
    return [found], f"{chosen.messages:,} messages, and one in twenty of them twice."


Part = Callable[[argparse.Namespace, list[str]], tuple[list[dict[str, Any]], str]]
PARTS: dict[str, Part] = {
    "sustained": sustained, "minutes": minutes, "mean": mean, "beyond": beyond, "event": event
}  # fmt: skip

if __name__ == "__main__":
    main()
