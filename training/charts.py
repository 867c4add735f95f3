"""Draw figures as SVG that reads aloud, prints, follows the page's colours and has a table twin.

Colours come from CSS classes of the page, never from the drawing, so that light, dark and print
work; there are no style attributes and no script, so that a strict content policy holds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from math import ceil

from training.measures import ReliabilityPoint, RiskPoint

MATRIX_LIMIT = 30
"""Intents that a confusion matrix shows at most: those with the most mistakes."""

Titles = Mapping[str, str]
"""What intents are called on the page, by name."""


@dataclass(frozen=True, slots=True)
class Plot:
    """A square-cornered plot area, in pixels, over x from 0 to `right` and y from 0 to `top`."""

    width: int = 440
    height: int = 340
    left: int = 48
    bottom: int = 44
    above: int = 30
    right: float = 1.0
    top: float = 1.0

    def x(self, value: float) -> float:
        """Return the pixel of a value on the horizontal axis."""
        share = min(value / self.right, 1.0)
        return round(self.left + share * (self.width - self.left - 26), 2)

    def y(self, value: float) -> float:
        """Return the pixel of a value on the vertical axis."""
        share = min(value / self.top, 1.0)
        return round(
            self.height - self.bottom - share * (self.height - self.bottom - self.above), 2
        )

    def axes(self, across: str, up: str) -> str:
        """Return grid lines with percentages, and the names of both axes."""
        parts = []
        for i in range(6):
            at_x, at_y = self.right * i / 5, self.top * i / 5
            parts.append(line("grid", self.x(at_x), self.y(0), self.x(at_x), self.y(self.top)))
            parts.append(line("grid", self.x(0), self.y(at_y), self.x(self.right), self.y(at_y)))
            parts.append(text("tick mid", self.x(at_x), self.y(0) + 16, share(at_x)))
            parts.append(text("tick end", self.x(0) - 6, self.y(at_y) + 4, share(at_y)))
        parts.append(text("axis mid", (self.left + self.width) / 2, self.height - 6, across))
        parts.append(text("axis", 2, 12, up))
        return "".join(parts)

    def path(self, points: Sequence[tuple[float, float]]) -> str:
        """Return the points as coordinates of a line."""
        return " ".join(f"{self.x(x)},{self.y(y)}" for x, y in points)


def svg(width: float, height: float, title: str, description: str, body: str, key: str) -> str:
    """Return a drawing with its title and description; `key` is unique on the page."""
    return (
        f'<svg viewBox="0 0 {width:g} {height:g}" width="{width:g}" height="{height:g}" role="img"'
        f' aria-labelledby="{key}-t {key}-d"><title id="{key}-t">{escape(title)}</title>'
        f'<desc id="{key}-d">{escape(description)}</desc>{body}</svg>'
    )


def line(kind: str, x1: float, y1: float, x2: float, y2: float) -> str:
    """Return a straight line."""
    return f'<line class="{kind}" x1="{x1:g}" y1="{y1:g}" x2="{x2:g}" y2="{y2:g}"/>'


def text(kind: str, x: float, y: float, words: str) -> str:
    """Return words; the class says where they are anchored."""
    return f'<text class="{kind}" x="{x:g}" y="{y:g}">{escape(words)}</text>'


def share(value: float) -> str:
    """Return a share as a percentage without needless digits."""
    return f"{100 * value:.3g}%"


def bar(value: float, most: float, key: str) -> str:
    """Return a small horizontal bar; purely decorative, as the number stands beside it."""
    width = 120 * value / most if most else 0
    return (
        f'<svg class="bar {key}" viewBox="0 0 120 10" width="120" height="10" aria-hidden="true">'
        f'<rect class="track" width="120" height="10" rx="3"/>'
        f'<rect class="fill" width="{width:.1f}" height="10" rx="3"/></svg>'
    )


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
