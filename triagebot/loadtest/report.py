"""Writes a page with the verdict, the figures and the course of a run; it needs only a browser."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from html import escape
from typing import Any

from triagebot.loadtest.chart import Line, chart
from triagebot.loadtest.tally import Second

POINTS = 380
"""A longer run is drawn in so many points, each of several seconds."""

_STYLE = """
:root{color-scheme:light dark;--a:#2563eb;--b:#d97706;--c:#dc2626;--good:#15803d;--line:#8884}
@media(prefers-color-scheme:dark){:root{--a:#60a5fa;--b:#fbbf24;--c:#f87171;--good:#4ade80}}
body{font:15px/1.5 system-ui,sans-serif;max-width:800px;margin:2rem auto;padding:0 1rem}
h1{margin-bottom:0}h2{font-size:1.1rem;margin:2rem 0 0}p{margin:.4rem 0}
.verdict{font-weight:600;padding:.6rem .9rem;border-left:4px solid}
.kept{color:var(--good)}.broken{color:var(--c)}
dl{display:grid;grid-template-columns:repeat(auto-fill,minmax(8.5rem,1fr));gap:.75rem}
dl div{border:1px solid var(--line);border-radius:8px;padding:.5rem .75rem}
dt,.dim{font-size:.85rem;opacity:.75}dd{margin:0;font-size:1.35rem;font-variant-numeric:tabular-nums}
table{border-collapse:collapse}
td{padding:.15rem 1.5rem .15rem 0;border-bottom:1px solid var(--line)}
td+td{text-align:right;font-variant-numeric:tabular-nums}.wide{overflow-x:auto}
svg{width:100%;min-width:38rem;height:auto}
svg text{font:11px system-ui,sans-serif;fill:currentColor}.mid{text-anchor:middle}
.end{text-anchor:end}.grid{stroke:var(--line)}
path{fill:none;stroke-width:1.6}.a{stroke:var(--a)}.b{stroke:var(--b)}.c{stroke:var(--c)}
i{display:inline-block;width:1.2rem;border-top:3px solid;vertical-align:middle;
margin:0 .3rem 0 1rem}
i.a{color:var(--a);margin-left:0}i.b{color:var(--b)}i.c{color:var(--c)}
"""

TILES = {
    "served_per_second": "answers a second",
    "p50_ms": "p50, ms",
    "p99_ms": "p99, ms",
    "p999_ms": "p99.9, ms",
    "max_ack_ms": "longest, ms",
    "acked": "acknowledged",
    "stored": "stored",
    "lost": "lost",
    "duplicate": "stored twice",
    "different": "different",
}
"""The figures that are asked for first, and what they are called on the page."""

Measure = Callable[[Sequence[Second]], float]

_FLOW: tuple[tuple[str, str, Measure], ...] = (
    ("a", "offered", lambda part: sum(s.offered for s in part) / len(part)),
    ("b", "answered 200", lambda part: sum(s.served for s in part) / len(part)),
    ("c", "not 200", lambda part: sum(s.refused for s in part) / len(part)),
)
_WAITS: tuple[tuple[str, str, Measure], ...] = (
    ("a", "p50", lambda part: max(s.latencies.quantile(0.5) for s in part) * 1000),
    ("b", "p99", lambda part: max(s.latencies.quantile(0.99) for s in part) * 1000),
    ("c", "longest", lambda part: max(s.latencies.longest for s in part) * 1000),
)
_MEMORY: tuple[tuple[str, str, Measure], ...] = (
    ("a", "all processes of the server", lambda part: max(s.rss for s in part) / 1e6),
)


def page(title: str, where: str, result: Mapping[str, Any], seconds: Sequence[Second]) -> str:
    """Return the HTML of the report; `title` says what was run, `where` when, by what, on what."""
    tiles = "".join(
        f"<div><dt>{name}</dt><dd>{_shown(result[key])}</dd></div>" for key, name in TILES.items()
    )
    rows = "".join(
        f"<tr><td>{escape(name)}</td><td>{_shown(value)}</td></tr>"
        for name, value in result.items()
    )
    charts = _chart("Deliveries a second", _FLOW, seconds)
    charts += _chart("Milliseconds from due to answered", _WAITS, seconds)
    if any(second.rss for second in seconds):
        charts += _chart("Memory, MB", _MEMORY, [second for second in seconds if second.rss])
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width"><title>{escape(title)}</title>'
        f"<style>{_STYLE}</style><h1>Load test</h1><p>{escape(title)}</p>{_verdict(result)}"
        f"<dl>{tiles}</dl>{charts}<h2>All figures</h2><table>{rows}</table>"
        f'<p class="dim">{escape(where)}</p></html>'
    )


def _verdict(result: Mapping[str, Any]) -> str:
    if result["ok"] and result["stored"] is None:
        return '<p class="verdict">Nobody looked into the store; the answers were consistent.</p>'
    if result["ok"]:
        words = "Nothing that was acknowledged is lost, stored twice or different."
        return f'<p class="verdict kept">✓ {words}</p>'
    broken = [name for name in ("lost", "duplicate", "different") if result[name]]
    words = ", ".join(f"{result[name]:,} {name}" for name in broken) or "nothing was acknowledged"
    return f'<p class="verdict broken">✗ Broken: {words}.</p>'


def _chart(title: str, lines: Sequence[tuple[str, str, Measure]], seconds: Sequence[Second]) -> str:
    step = max(1, -(-len(seconds) // POINTS))
    parts = [seconds[i : i + step] for i in range(0, len(seconds), step)]
    drawn = [Line(css, name, [measure(part) for part in parts]) for css, name, measure in lines]
    return chart(title, drawn, len(seconds))


def _shown(value: Any) -> str:
    if value is None:
        return "–"
    if isinstance(value, Mapping):
        named = (
            f"{n:,} × {'no answer' if status == '0' else status}" for status, n in value.items()
        )
        return escape(", ".join(named) or "none")
    return (
        f"{value:,}"
        if isinstance(value, (int, float)) and value is not True
        else escape(str(value))
    )
