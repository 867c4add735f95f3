"""What a run showed, in the figures that are asked for."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import linear_regression
from typing import Any

from triagebot.loadtest.compare import Comparison
from triagebot.loadtest.lines import OK
from triagebot.loadtest.plan import Plan
from triagebot.loadtest.tally import Tally
from triagebot.loadtest.usage import Usage

STEADY_SECONDS = 600


def figures(
    plan: Plan, tally: Tally, kept: Comparison | None, usage: Usage | None = None
) -> dict[str, Any]:
    """Return the result as plain values; durations in milliseconds, null where nobody looked.

    `different` counts stored messages with other words, and repeated messages whose two answers
    were not the same. `ok` is whether the server kept its promises.
    """
    seconds, latencies = tally.busy_seconds, tally.latencies
    offered = sum(second.offered for second in tally.seconds)
    served = tally.statuses[OK]
    other = {str(status): n for status, n in sorted(tally.statuses.items()) if status != OK}
    return {
        "shape": plan.shape.value,
        "messages": plan.messages,
        "deliveries": offered,
        "served": served,
        "offered_per_second": round(offered / plan.seconds, 1),
        "served_per_second": round(served / seconds, 1) if seconds else 0.0,
        "acked": tally.acked,
        "stored": kept.stored if kept else None,
        "lost": kept.lost if kept else None,
        "duplicate": kept.duplicate if kept else None,
        "different": tally.different_replies + (kept.different if kept else 0),
        "disordered": kept.disordered if kept else None,
        "not_ok": other,
        "p50_ms": _ms(latencies.quantile(0.5)),
        "p99_ms": _ms(latencies.quantile(0.99)),
        "p999_ms": _ms(latencies.quantile(0.999)),
        "max_ack_ms": _ms(latencies.longest),
        "max_answer_ms": _ms(tally.longest_answer),
        "sender_lag_ms": _ms(tally.sender_lag),
        **(_cost(usage, served, seconds, tally) if usage else {}),
        "ok": _is_ok(tally, kept),
    }


def _is_ok(tally: Tally, kept: Comparison | None) -> bool:
    broken = tally.different_replies
    if kept is not None:
        broken += kept.lost + kept.duplicate + kept.different
    return not broken and tally.acked > 0


def _cost(usage: Usage, served: int, seconds: float, tally: Tally) -> dict[str, Any]:
    return {
        "cpu_us_per_delivery": round(usage.cpu_seconds * 1e6 / served, 1) if served else None,
        "cores": round(usage.cpu_seconds / seconds, 3) if seconds else None,
        "rss_first_mb": round(usage.rss_first / 1e6, 1),
        "rss_peak_mb": round(usage.rss_peak / 1e6, 1),
        "rss_mb_per_hour": _growth([second.rss for second in tally.seconds]),
        "files_first": usage.files_first,
        "files_last": usage.files_last,
    }


def _growth(rss: Sequence[int]) -> float | None:
    """Return by how many MB an hour memory grew in the second half of the run, by least squares.

    None for a run of less than twenty minutes, in which caches still fill.
    """
    half = len(rss) // 2
    seen = [(at, size) for at, size in enumerate(rss) if size and at >= half]
    if len(seen) < STEADY_SECONDS:
        return None
    at, size = zip(*seen, strict=True)
    return round(linear_regression(at, size).slope * 3600 / 1e6, 2)


def _ms(seconds: float) -> float:
    return round(seconds * 1000.0, 2)
