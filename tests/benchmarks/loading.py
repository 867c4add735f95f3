"""Loads any server that answers WeChat's callback, by the same open-loop sender for all of them."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from triagebot.app import loops
from triagebot.loadtest.address import find_target
from triagebot.loadtest.compare import Comparison, compare
from triagebot.loadtest.envelope import Sender
from triagebot.loadtest.lines import OK
from triagebot.loadtest.own_server import PLAIN, SECURE, own_server
from triagebot.loadtest.plan import Plan
from triagebot.loadtest.result import figures
from triagebot.loadtest.run import Course, run
from triagebot.loadtest.tally import Tally
from triagebot.loadtest.usage import Usage

TELL_SECONDS = 10
REPEATED = 0.05
"""One message in twenty is delivered twice."""

SHOWN = {
    "offered_per_second": "offered/s",
    "served_per_second": "served/s",
    "p50_ms": "p50 ms",
    "p99_ms": "p99 ms",
    "p999_ms": "p99.9 ms",
    "max_ack_ms": "max ms",
    "max_answer_ms": "max since sent ms",
    "sender_lag_ms": "sender lag ms",
    "lost": "lost",
    "duplicate": "duplicate",
    "different": "different",
    "cores": "cores",
    "cpu_us_per_delivery": "CPU µs",
    "rss_first_mb": "RSS first MB",
    "rss_peak_mb": "RSS peak MB",
}


def ours(
    models: Path,
    texts: Sequence[str],
    rate: float,
    seconds: float,
    *,
    workers: int,
    secure: bool = False,
    connections: int = 256,
    messages: int | None = None,
) -> dict[str, Any]:
    """Run our own server alone on an empty store under `rate` messages a second."""
    sender = SECURE if secure else PLAIN
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        settings = (f"models.dir={models.resolve()}",)
        with own_server(Path(folder), settings, workers) as server:
            settle(workers)
            plan = plan_of(texts, rate, seconds, messages)
            tally, usage = load(server.url, sender, plan, server.pid, connections)
            kept = compare(server.store, f"wechat:{sender.account}", plan, tally.acknowledged)
    return row(f"triagebot, {workers} workers{', secure' * secure}", plan, tally, kept, usage)


def settle(workers: int) -> None:
    """Let the workers load their model, whose cost is not a message's."""
    time.sleep(2.0 + 4.0 * workers)


def other(
    name: str,
    command: Sequence[str],
    texts: Sequence[str],
    rate: float,
    seconds: float,
    *,
    connections: int = 256,
) -> dict[str, Any]:
    """Run another server under the same requests; it gets its port as the last argument."""
    with other_server(command) as (url, pid):
        plan = plan_of(texts, rate, seconds)
        tally, usage = load(url, PLAIN, plan, pid, connections)
    return row(name, plan, tally, None, usage)


@contextlib.contextmanager
def other_server(command: Sequence[str]) -> Iterator[tuple[str, int]]:
    """Start a server, wait until it listens, and end it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        process = subprocess.Popen([*command, str(port)], cwd=folder)
        try:
            wait_for(process, port)
            yield f"http://127.0.0.1:{port}", process.pid
        finally:
            process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(10)
            process.kill()


def wait_for(process: subprocess.Popen[bytes], port: int) -> None:
    """Return once somebody listens on the port."""
    until = time.monotonic() + 90
    while time.monotonic() < until and process.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.1)
    raise SystemExit("the server did not start")


def plan_of(texts: Sequence[str], rate: float, seconds: float, messages: int | None = None) -> Plan:
    """Return a steady plan with one message in twenty delivered twice."""
    began = int(time.time())
    count = messages or max(1, round(rate * seconds))
    return Plan(texts, count, rate, began, f"{began % 2**20:05x}", duplicates=REPEATED)


def load(url: str, sender: Sender, plan: Plan, pid: int, connections: int) -> tuple[Tally, Usage]:
    """Send a plan and return the books and what the server used."""
    target, usage = find_target(url), Usage(pid)
    course = Course(target, replace(sender, host=target.name), plan, connections)
    with tempfile.TemporaryDirectory(prefix="acked-") as folder:
        tally = loops.run(run(course, Path(folder) / "acked", partial(_watch, usage, plan)))
    usage.sample()
    return tally, usage


def _watch(usage: Usage, plan: Plan, tally: Tally, at: float) -> None:
    usage.sample()
    if int(at) % TELL_SECONDS == 0:
        served, mib = tally.statuses[OK], usage.rss_last / 2**20
        print(f"{at:.0f} of {plan.seconds:.0f} s: {served:,} served, {mib:.0f} MiB", flush=True)


def row(
    name: str, plan: Plan, tally: Tally, kept: Comparison | None, usage: Usage
) -> dict[str, Any]:
    """Return the figures of a run that the tables show."""
    found = figures(plan, tally, kept, usage)
    shown = {title: found.get(key) for key, title in SHOWN.items()}
    # Without the redeliveries that come after the last message is due.
    whole = max(1, int(plan.seconds))
    shown["served/s"] = round(sum(s.served for s in tally.seconds[:whole]) / whole, 1)
    return {"server": name, **shown, "not 200": sum(found["not_ok"].values())}


def best_rate(measure: Any, first: float, rounds: int = 3) -> dict[str, Any]:
    """Return the best run of some that each offer a tenth more than the one before served."""
    best: dict[str, Any] = {"served/s": 0.0}
    rate = first
    for _ in range(rounds):
        found = measure(rate)
        if found["served/s"] > best["served/s"]:
            best = found
        rate = max(first / 4, found["served/s"] * 1.1)
    return best
