"""Draw what a model is worth: reliability, risk against coverage, confusion."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from math import ceil

from training.measures import ReliabilityPoint, RiskPoint
from triagebot.charts import Plot, line, share, svg, text

MATRIX_LIMIT = 30
"""Intents that a confusion matrix shows at most: those with the most mistakes."""

Titles = Mapping[str, str]
"""What intents are called on the page, by name."""


def reliability(points: Sequence[ReliabilityPoint]) -> str:
    """Return how often the model is right against how sure it is, with the count of each bin."""
    plot = Plot()
    most = max((point.n for point in points), default=1)
    parts = [plot.axes(f"模型信心 confidence（每点约 {most} 条 n≈{most}）", "实际正确率 accuracy")]
    parts.append(line("ideal", plot.x(0), plot.y(0), plot.x(1), plot.y(1)))
    for p in points:
        x = plot.x(p.confidence)
        parts.append(line("whisker", x, plot.y(p.interval.low), x, plot.y(p.interval.high)))
        parts.append(
            f'<circle class="dot" cx="{x:g}" cy="{plot.y(p.accuracy):g}" r="6">'
            f"<title>{share(p.confidence)} → {share(p.accuracy)}, n={p.n}</title></circle>"
        )
    described = "；".join(f"{share(p.confidence)}→{share(p.accuracy)} n={p.n}" for p in points)
    return svg(
        plot.width, plot.height, "信心与正确率 Reliability", described, "".join(parts), "rel"
    )


def risk_coverage(points: Sequence[RiskPoint], promise: float) -> str:
    """Return the error of answering the surest share of messages, with its upper bound as a band.

    `promise` is the error share the owner accepts, drawn as a line.
    """
    highest = max((p.risk for p in points[len(points) // 20 :]), default=promise)
    plot = Plot(top=min(1.0, ceil(20 * max(0.1, 2 * promise, 1.3 * highest)) / 20))
    band = [(p.coverage, p.bound) for p in points] + [(p.coverage, p.risk) for p in points[::-1]]
    body = plot.axes("自动回答占比 coverage", "答错占比 error") + (
        f'<polygon class="band" points="{plot.path(band)}"/>'
        f'<polyline class="curve" points="{plot.path([(p.coverage, p.risk) for p in points])}"/>'
    )
    y = plot.y(promise)
    body += line("promise", plot.x(0), y, plot.x(1), y)
    body += text("promise-text end", plot.x(1) - 4, y - 5, f"承诺 promise {share(promise)}")
    at = [p for p in points if p.risk <= promise]
    reach = share(at[-1].coverage) if at else "0%"
    described = f"答错占比不超过 {share(promise)} 时最多可自动回答 {reach}；带状区域上沿为 95% 上界"
    return svg(plot.width, plot.height, "答错率与覆盖率 Risk–coverage", described, body, "risk")


def confusion_matrix(matrix: Mapping[str, Mapping[str, int]], titles: Titles) -> str:
    """Return true intents in rows against predicted ones in columns, shaded by the row's share."""
    names = matrix_names(matrix)
    rows = [name for name in names if matrix.get(name)]
    cell = 56 if len(names) <= 14 else 34 if len(names) <= 20 else 26
    left, top = 130, 104
    parts = []
    for i, name in enumerate(names):
        x, y = left + (i + 0.5) * cell, top - 8
        parts.append(
            f'<text class="label" transform="translate({x:g} {y:g}) rotate(-45)">'
            f"{escape(titles.get(name, name))}</text>"
        )
    for i, name in enumerate(rows):
        middle = top + (i + 0.5) * cell
        parts.append(text("label end", left - 8, middle + 4, titles.get(name, name)))
        parts.extend(_cells(matrix[name], name, names, left, top + i * cell, cell))
    wide, high = left + cell * len(names) + 70, top + cell * len(rows) + 8
    described = f"{len(names)} 个意图；行是真实意图，列是预测意图，颜色深浅为占该行比例"
    return svg(wide, high, "混淆矩阵 Confusion matrix", described, "".join(parts), "matrix")


def matrix_names(matrix: Mapping[str, Mapping[str, int]]) -> list[str]:
    """Return the intents that the matrix shows, in order of name."""
    names = sorted(set(matrix) | {name for row in matrix.values() for name in row})

    def mistakes(name: str) -> int:
        missed = sum(n for other, n in matrix.get(name, {}).items() if other != name)
        return missed + sum(row.get(name, 0) for other, row in matrix.items() if other != name)

    return sorted(sorted(names, key=mistakes, reverse=True)[:MATRIX_LIMIT])


def _cells(
    row: Mapping[str, int], name: str, names: Sequence[str], left: float, top: float, cell: int
) -> list[str]:
    total = sum(row.values())
    parts = []
    for j, other in enumerate(names):
        n = row.get(other, 0)
        x, part = left + j * cell, n / total if total else 0.0
        kind = "hit" if other == name else "miss"
        # A miss of a fifth is already bad, so its shade is full there.
        depth = part if kind == "hit" else min(1.0, 5 * part)
        parts.append(
            f'<rect class="empty" x="{x:g}" y="{top:g}" width="{cell - 2}" height="{cell - 2}"'
            f' rx="3"/><rect class="{kind}" x="{x:g}" y="{top:g}" width="{cell - 2}"'
            f' height="{cell - 2}" rx="3" fill-opacity="{0.12 + 0.78 * depth if n else 0:.2f}"/>'
        )
        if n:
            shade = "deep" if depth > 0.55 else "plain"
            parts.append(text(f"count mid {shade}", x + cell / 2 - 1, top + cell / 2 + 4, str(n)))
    return parts
