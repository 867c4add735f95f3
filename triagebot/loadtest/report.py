"""Writes a page with the figures of a run and two charts; it needs nothing but a browser."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from html import escape
from typing import Any

from triagebot.loadtest.tally import Second

WIDTH, HEIGHT = 760, 240
LEFT, BOTTOM, TOP = 64, 28, 16
POINTS = 380

_STYLE = """
:root{color-scheme:light dark;--a:#2563eb;--b:#d97706;--c:#dc2626;--line:#8884}
body{font:15px/1.5 system-ui,sans-serif;max-width:800px;margin:2rem auto;padding:0 1rem}
table{border-collapse:collapse}
td{padding:.15rem 1.5rem .15rem 0;border-bottom:1px solid var(--line)}
td+td{text-align:right;font-variant-numeric:tabular-nums}svg{width:100%;height:auto}
svg text{font:11px system-ui,sans-serif;fill:currentColor}.grid{stroke:var(--line)}
path{fill:none;stroke-width:1.6}.a{stroke:var(--a)}.b{stroke:var(--b)}.c{stroke:var(--c)}
i{display:inline-block;width:1.2rem;border-top:3px solid;vertical-align:middle;
margin:0 .3rem 0 1rem}
i.a{color:var(--a)}i.b{color:var(--b)}i.c{color:var(--c)}
"""

Line = tuple[str, str, Callable[[Sequence[Second]], float]]


def page(title: str, result: Mapping[str, Any], seconds: Sequence[Second]) -> str:
    """Return the HTML of the report; `title` says what was run, when and where."""
    rows = "".join(
        f"<tr><td>{escape(name)}</td><td>{escape(_shown(value))}</td></tr>"
        for name, value in result.items()
    )
    flow: list[Line] = [
        ("a", "offered", lambda part: sum(s.offered for s in part) / len(part)),
        ("b", "answered 200", lambda part: sum(s.served for s in part) / len(part)),
        ("c", "not 200", lambda part: sum(s.refused for s in part) / len(part)),
    ]
    waits: list[Line] = [
        ("a", "p50", lambda part: max(s.latencies.quantile(0.5) for s in part) * 1000),
        ("b", "p99", lambda part: max(s.latencies.quantile(0.99) for s in part) * 1000),
        ("c", "longest", lambda part: max(s.latencies.longest for s in part) * 1000),
    ]
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{escape(title)}</title>'
        f"<style>{_STYLE}</style><h1>Load test</h1><p>{escape(title)}</p>"
        f"{_chart('Deliveries a second', flow, seconds)}"
        f"{_chart('Milliseconds until the answer', waits, seconds)}"
        f"<h2>Figures</h2><table>{rows}</table></html>"
    )


def _chart(title: str, lines: Sequence[Line], seconds: Sequence[Second]) -> str:
    """Return one chart over the seconds of the run; long runs are drawn in fewer points."""
    step = max(1, -(-len(seconds) // POINTS))
    parts = [seconds[i : i + step] for i in range(0, len(seconds), step)]
    series = [(css, name, [value(part) for part in parts]) for css, name, value in lines]
    top = max((value for _, _, values in series for value in values), default=0.0) or 1.0
    legend = "".join(f'<i class="{css}"></i>{name}' for css, name, _ in series)
    paths = "".join(_path(css, values, top) for css, _, values in series)
    return (
        f"<h2>{escape(title)}</h2><p>{legend}</p>"
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(title)}">'
        f"{_grid(top, len(seconds))}{paths}</svg>"
    )


def _grid(top: float, seconds: int) -> str:
    marks = []
    for i in range(5):
        y = _y(i / 4)
        marks.append(f'<line class="grid" x1="{LEFT}" y1="{y}" x2="{WIDTH}" y2="{y}"/>')
        marks.append(f'<text x="4" y="{y + 4}">{top * i / 4:,.6g}</text>')
        x = LEFT + (WIDTH - LEFT - 40) * i / 4
        marks.append(f'<text x="{x:.0f}" y="{HEIGHT - 6}">{seconds * i / 4:.0f} s</text>')
    return "".join(marks)


def _path(css: str, values: Sequence[float], top: float) -> str:
    across = (WIDTH - LEFT) / max(1, len(values) - 1)
    points = (f"{LEFT + i * across:.1f} {_y(v / top)}" for i, v in enumerate(values))
    return f'<path class="{css}" d="M{" L".join(points)}"/>'


def _y(share: float) -> float:
    return round(HEIGHT - BOTTOM - share * (HEIGHT - BOTTOM - TOP), 1)


def _shown(value: Any) -> str:
    if value is None:
        return "not looked at"
    return f"{value:,}" if isinstance(value, (int, float)) and value is not True else str(value)
