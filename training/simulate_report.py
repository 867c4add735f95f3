"""Show a simulation as a page: what is answered against labels spent, by strategy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from math import floor, log10

from training.html import details, heading, page, percent, table, tile
from training.simulate import Plan
from training.simulate_pairs import differences
from training.simulate_runs import Runs, Spread, broken, together
from triagebot.charts import Plot, line, svg, text

NAMES = {"random": "随机 random", "uncertainty": "最没把握 uncertainty", "ours": "本产品 ours"}

FIGURES = (
    ("proven", "已证明、可自动回答 coverage at the promise", "占比 share"),
    ("error", "其中答错 wrong among these", "占比 share"),
    ("reach", "答错不超承诺时最多可答 could be answered", "占比 share"),
    ("accuracy", "准确率 accuracy", "准确率 accuracy"),
)

SHORT = {
    "proven": "已证明 proven",
    "reach": "最多可答 could be answered",
    "accuracy": "准确率 accuracy",
}
TOPS = (0.2, 0.25, 0.5, 1.0)
"""Where an axis of shares may end, so that its fifths are round."""

VERDICTS = {"better": "更好 better", "worse": "更差 worse", "not shown": "看不出 not shown"}

Curves = Mapping[str, Sequence[Spread]]


def render(runs: Runs, plan: Plan, source: str) -> str:
    """Return the page."""
    curves = {name: together(each) for name, each in runs.items()}
    parts = (_head(runs, curves, plan, source), _pairs(runs), _charts(curves, plan), _rows(curves))
    return page(f"标注模拟 {source}", parts)


def _head(runs: Runs, curves: Curves, plan: Plan, source: str) -> str:
    tiles = [
        tile(
            f"{NAMES.get(name, name)} · {SHORT['proven']}",
            percent(rounds[-1].mean.proven),
            f"{_range(rounds[-1], 'proven')} · {rounds[-1].mean.labels:,.0f} 条标注 labels",
        )
        for name, rounds in curves.items()
    ]
    return (
        f"<h1>标注模拟 {escape(source)} <small>Labelling simulation</small></h1>"
        f"<p>每意图 {plan.first} 句开始；每轮来 {plan.arrive:,} 条，标 {plan.labels:,} 条，"
        f"其中 {plan.by_chance:.0%} 随机抽出只作证明。承诺答错 ≤ {percent(plan.max_error)}，"
        f"把握 {plan.sure:.0%}。 Starts from {plan.first} sentences an intent; those drawn by "
        f'chance only prove.</p>{_honest(runs, plan)}<div class="tiles">{"".join(tiles)}</div>'
    )


def _honest(runs: Runs, plan: Plan) -> str:
    """Return how often a proof was wrong, and what lines and bands are."""
    counted = [broken(each, plan.max_error) for each in runs.values()]
    over, proofs = (sum(each) for each in zip(*counted, strict=True))
    times = len(next(iter(runs.values())))
    return (
        f"<p>{proofs} 次证明中 {over} 次实际答错多于承诺。每种 {times} 次：线为均值，"
        f"色带从最低到最高。 "
        f"Of {proofs} proofs {over} let more be wrong than promised. Lines are means of {times} "
        "runs, bands reach from the least to the most.</p>"
    )


def _pairs(runs: Runs) -> str:
    """Return by how much each choice is above chance, on the same messages."""
    rows = [
        [
            escape(NAMES.get(each.strategy, each.strategy)),
            SHORT[each.figure],
            f"{100 * each.mean:+.1f}",
            f"{100 * each.interval.low:+.1f} … {100 * each.interval.high:+.1f}",
            VERDICTS[each.verdict],
        ]
        for each in differences(runs)
    ]
    if not rows:
        return ""
    head = ["策略", "指标 figure", "百分点 points", "95 % 区间 interval", "结论 verdict"]
    note = "开头、消息、抽查都相同；各轮平均之差。 On the same messages; means over all rounds."
    body = f"<p>{note}</p>{table(head, rows, range(2, 4))}"
    return heading("比随机多多少", "Above chance") + body


def _charts(curves: Curves, plan: Plan) -> str:
    drawn = "".join(
        f"<figure><figcaption>{escape(title)}</figcaption>"
        f"{_curves(curves, name, title, up, plan)}</figure>"
        for name, title, up in FIGURES
    )
    return (
        heading("每条标注换来多少", "What labels buy")
        + f'{_legend(curves)}<div class="pair">{drawn}</div>'
    )


def _curves(curves: Curves, figure: str, title: str, up: str, plan: Plan) -> str:
    highest = max(getattr(each.high, figure) for rounds in curves.values() for each in rounds)
    most = max(each.mean.labels for rounds in curves.values() for each in rounds)
    least = 2 * plan.max_error if figure == "error" else 0.2
    top = next(step for step in TOPS if step >= min(1.0, max(least, highest)))
    plot = Plot(right=_round_end(most), top=top)
    body = plot.axes("标注条数 labels spent", up, lambda value: f"{value:,.0f}")
    if figure == "error":
        at = plot.y(plan.max_error)
        body += line("promise", plot.x(0), at, plot.x(plot.right), at)
    drawn = [_curve(plot, rounds, figure, f"c{i}") for i, rounds in enumerate(curves.values())]
    body += "".join(band for band, _ in drawn) + "".join(curve for _, curve in drawn)
    last = "；".join(
        f"{name} {percent(getattr(rounds[-1].mean, figure))}（{_range(rounds[-1], figure)}）"
        for name, rounds in curves.items()
    )
    return svg(plot.width, plot.height, title, last, body, figure)


def _round_end(most: float) -> float:
    """Return the end of an axis whose fifths are round: 1, 2.5 or 5 times a power of ten."""
    power = 10.0 ** max(0, floor(log10(max(most, 1.0))))
    return next(end for end in (power, 2.5 * power, 5 * power, 10 * power) if end >= most)


def _curve(plot: Plot, rounds: Sequence[Spread], figure: str, kind: str) -> tuple[str, str]:
    """Return the band from the least to the most, and the line of the means with its marks."""
    mean, low, high = (
        [(each.mean.labels, getattr(getattr(each, which), figure)) for each in rounds]
        for which in ("mean", "low", "high")
    )
    marks = "".join(
        f'<circle class="mark {kind}" cx="{plot.x(x):g}" cy="{plot.y(y):g}" r="3"/>'
        for x, y in mean
    )
    return (
        f'<polygon class="band {kind}" points="{plot.path([*high, *low[::-1]])}"/>',
        f'<polyline class="curve {kind}" points="{plot.path(mean)}"/>{marks}',
    )


def _legend(curves: Curves) -> str:
    entries = [
        f'<svg class="key" width="150" height="18" role="img" aria-label="{escape(name)}">'
        f'<polyline class="curve c{number}" points="2,9 26,9"/>{text("tick", 32, 13, name)}</svg>'
        for number, name in enumerate(NAMES.get(run, run) for run in curves)
    ]
    return f'<p class="legend">{"".join(entries)}</p>'


def _rows(curves: Curves) -> str:
    rows = [
        [
            escape(NAMES.get(name, name)),
            f"{each.mean.labels:,.0f}",
            *(f"{percent(getattr(each.mean, one))} ({_range(each, one)})" for one, _, _ in FIGURES),
            f"{each.mean.own:.3g}",
        ]
        for name, rounds in curves.items()
        for each in rounds
    ]
    head = ["策略", "标注 labels", "已证 proven", "其中答错 error", "可答 could", "准确 accuracy"]
    return details(table(head + ["单独证明的意图 own proof"], rows, range(1, 7)))


def _range(each: Spread, figure: str) -> str:
    return f"{100 * getattr(each.low, figure):.1f}–{100 * getattr(each.high, figure):.1f}%"
