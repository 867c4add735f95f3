"""Show a simulation as a page: what could be answered against labels spent, by strategy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from math import ceil

from training.html import details, heading, page, percent, table, tile
from training.simulate import Plan, Round
from triagebot.charts import Plot, svg, text

Runs = Mapping[str, Sequence[Round]]
NAMES = {"random": "随机 random", "uncertainty": "最没把握 uncertainty", "ours": "本产品 ours"}


def render(runs: Runs, plan: Plan, source: str) -> str:
    """Return the page."""
    return page(f"标注模拟 {source}", (_head(runs, plan, source), _charts(runs, plan), _rows(runs)))


def _head(runs: Runs, plan: Plan, source: str) -> str:
    tiles = [
        tile(
            NAMES.get(name, name),
            percent(rounds[-1].reach),
            f"{rounds[-1].labels:,} 条标注后可答 could be answered",
        )
        for name, rounds in runs.items()
    ]
    return (
        f"<h1>标注模拟 {escape(source)} <small>Labelling simulation</small></h1>"
        f"<p>每意图 {plan.first} 句开始；每轮来 {plan.arrive:,} 条，标 {plan.labels:,} 条，"
        f"其中 {plan.by_chance:.0%} 随机抽出只作证明。承诺答错 ≤ {percent(plan.max_error)}，"
        f"把握 {plan.sure:.0%}。 Starts from {plan.first} sentences an intent; those drawn by "
        f'chance only prove.</p><div class="tiles">{"".join(tiles)}</div>'
    )


def _charts(runs: Runs, plan: Plan) -> str:
    promised = percent(plan.max_error)
    figures = (
        ("reach", f"答错 ≤ {promised} 时可答 coverage at the promise", "占比 share"),
        ("proven", "已证明、可自动回答 proven coverage", "占比 share"),
        ("accuracy", "准确率 accuracy", "准确率 accuracy"),
    )
    drawn = "".join(
        f"<figure><figcaption>{escape(title)}</figcaption>{_curves(runs, name, title, up)}</figure>"
        for name, title, up in figures
    )
    return (
        heading("每条标注换来多少", "What labels buy")
        + f'{_legend(runs)}<div class="pair">{drawn}</div>'
    )


def _curves(runs: Runs, figure: str, title: str, up: str) -> str:
    values = {
        name: [(float(each.labels), float(getattr(each, figure))) for each in rounds]
        for name, rounds in runs.items()
    }
    points = [point for curve in values.values() for point in curve]
    most = max(x for x, _ in points)
    top = min(1.0, ceil(5 * max(0.2, *(y for _, y in points))) / 5)
    plot = Plot(right=ceil(most / 500) * 500.0, top=top)
    body = plot.axes("标注条数 labels spent", up, lambda value: f"{value:,.0f}")
    for number, curve in enumerate(values.values()):
        body += f'<polyline class="curve c{number}" points="{plot.path(curve)}"/>'
        body += "".join(
            f'<circle class="mark c{number}" cx="{plot.x(x):g}" cy="{plot.y(y):g}" r="3"/>'
            for x, y in curve
        )
    last = "；".join(f"{name} {percent(curve[-1][1])}" for name, curve in values.items())
    return svg(plot.width, plot.height, title, last, body, figure)


def _legend(runs: Runs) -> str:
    entries = [
        f'<svg class="key" width="150" height="18" role="img" aria-label="{escape(name)}">'
        f'<polyline class="curve c{number}" points="2,9 26,9"/>{text("tick", 32, 13, name)}</svg>'
        for number, name in enumerate(NAMES.get(run, run) for run in runs)
    ]
    return f'<p class="legend">{"".join(entries)}</p>'


def _rows(runs: Runs) -> str:
    rows = [
        [
            escape(NAMES.get(name, name)),
            f"{each.labels:,}",
            percent(each.accuracy),
            percent(each.reach),
            percent(each.proven),
            percent(each.error),
        ]
        for name, rounds in runs.items()
        for each in rounds
    ]
    head = ["策略", "标注 labels", "准确 accuracy", "可答 reach", "已证 proven", "其中答错 error"]
    return details(table(head, rows, range(1, 6)))
