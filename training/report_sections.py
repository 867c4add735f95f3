"""The sections of a model's report, each as HTML."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape

from training import charts
from training.caps import Capped
from training.evaluate import Evaluation
from training.html import between, details, heading, percent, table, tile
from training.mistakes import Confusion, Mistake
from training.suspects import MendedLabels, Suspect
from triagebot.charts import bar
from triagebot.domain.catalogue import Intent
from triagebot.triage.proof import Proof


@dataclass(frozen=True, slots=True)
class Report:
    """What a report is made from.

    `measured_on` says in words which messages the figures come from, `facts` are lines for the
    foot of the page. `suspects` are labels worth a second look; `mended` is None where labels were
    learnt as given. `capped` is what one party brought too much of.
    """

    model: str
    evaluation: Evaluation
    intents: Mapping[str, Intent]
    measured_on: str
    proof: Proof | None = None
    facts: Mapping[str, str] = field(default_factory=dict)
    suspects: Sequence[Suspect] = ()
    mended: MendedLabels | None = None
    capped: Sequence[Capped] = ()

    @property
    def titles(self) -> dict[str, str]:
        """The Chinese titles of the intents by name."""
        return {name: intent.title["zh"] for name, intent in self.intents.items()}

    def named(self, intent: str) -> str:
        """Return an intent's title and name as HTML."""
        title = self.titles.get(intent)
        return f"{escape(title)}<code>{escape(intent)}</code>" if title else escape(intent)


_ADVICE = (
    "怎么办：先用 <code>triagebot labels errors</code> 看例句是否放错了意图；没放错，"
    "就给这两个意图各补几条不同的说法，再训练。 "
    "First see whether sentences stand under the wrong intent, else write more of either."
)


def head_section(report: Report) -> str:
    """Return the title and the key figures."""
    e = report.evaluation
    tiles = [
        tile("准确率 accuracy", percent(e.accuracy), between(e.intervals["accuracy"])),
        tile("宏平均 macro-F1", percent(e.macro_f1), "各意图同权 each intent alike"),
        tile("答错 ≤5% 时可答", percent(e.coverage_at["0.05"]), "coverage at 5 % error"),
        tile("现在自动回答", percent(e.coverage), f"答错 wrong {percent(e.selective_error)}"),
        tile("信心误差 ECE", percent(e.ece), "15 等份 equal-mass bins"),
        tile("消息数 messages", f"{e.n:,}", report.measured_on),
    ]
    return (
        f"<h1>模型报告 {escape(report.model)} <small>Model report</small></h1>"
        f'<div class="tiles">{"".join(tiles)}</div>'
    )


def confusions_section(report: Report) -> str:
    """Return the three worst pairs as cards and the next ones as a table."""
    pairs = report.evaluation.confusions
    if not pairs:
        return heading("最常见的混淆", "Worst confusions") + "<p>没有混淆。 None.</p>"
    cards = [_card(rank, pair, report.titles) for rank, pair in enumerate(pairs[:3], start=1)]
    return (
        heading("最常见的三个混淆", "The three worst confusions")
        + f"<p>{_ADVICE}</p>"
        + f'<div class="cards">{"".join(cards)}</div>{_further(report)}'
    )


def _further(report: Report) -> str:
    pairs = report.evaluation.confusions
    rows = [
        [
            str(rank),
            f"{report.named(p.intent)}",
            f"{report.named(p.predicted)}",
            f"{bar(p.n, pairs[0].n, 'bad')}",
            str(p.n),
            percent(p.share),
            "<br>".join(escape(example) for example in p.examples[:2]),
        ]
        for rank, p in enumerate(pairs[3:15], start=4)
    ]
    head = [
        "名次",
        "其实是 is",
        "认成 taken for",
        "多少 how many",
        "条 n",
        "占该意图 share",
        "例句 examples",
    ]
    return table(head, rows, numbers=(0, 4, 5)) if rows else ""


def _card(rank: int, pair: Confusion, titles: charts.Titles) -> str:
    examples = "".join(f"<li>{escape(example)}</li>" for example in pair.examples)
    return (
        f'<section class="card"><span class="rank">第 {rank} 名 · '
        f'<span class="much">{pair.n} 条 · 占该意图 {percent(pair.share)}</span></span>'
        f"<h3>{escape(titles.get(pair.intent, pair.intent))} "
        f'<span class="arrow" aria-label="被认成 taken for">→</span> '
        f"{escape(titles.get(pair.predicted, pair.predicted))}</h3>"
        f"<code>{escape(pair.intent)} → {escape(pair.predicted)}</code>"
        f"<ul>{examples}</ul></section>"
    )


def matrix_section(report: Report) -> str:
    """Return the confusion matrix."""
    matrix = report.evaluation.matrix
    names = charts.matrix_names(matrix)
    drawing = charts.confusion_matrix(matrix, report.titles)
    rows = [
        [report.named(name), *(str(matrix.get(name, {}).get(other, 0)) for other in names)]
        for name in names
        if matrix.get(name)
    ]
    head = ["其实是 \\ 认成", *(report.titles.get(name, name) for name in names)]
    note = "行是真实意图，列是预测意图。绿色认对，红色认错，越深占该行越多。"
    return (
        heading("混淆矩阵", "Confusion matrix: rows are true, columns predicted")
        + f'<p>{note}</p><figure class="wide">{drawing}'
        + f"{details(table(head, rows, numbers=range(1, len(head))))}</figure>"
    )


def curves_section(report: Report) -> str:
    """Return reliability and risk against coverage, side by side."""
    evaluation = report.evaluation
    promise = report.proof.max_error if report.proof else 0.05
    bins = [
        [percent(p.confidence), percent(p.accuracy), str(p.n), between(p.interval)]
        for p in evaluation.reliability
    ]
    curve = [
        [percent(p.coverage), percent(p.risk), percent(p.bound), f"{p.confidence:.3f}"]
        for p in evaluation.risk_curve[:: max(1, len(evaluation.risk_curve) // 24)]
    ]
    left = table(["信心 confidence", "正确 right", "条 n", "95 % 区间 interval"], bins, range(4))
    right = table(["覆盖 coverage", "答错 error", "上界 bound", "信心 from"], curve, range(4))
    return (
        heading("信心可信吗，能答多少", "Is its confidence honest, and how much could it answer")
        + "<p>左：点在虚线上，信心就是正确率；竖线是 95 % 区间。"
        "右：按信心从高到低自动回答的答错率，浅色带上沿是 95 % 上界。</p>"
        + '<div class="pair"><figure><figcaption>信心与正确率 Reliability</figcaption>'
        + f"{charts.reliability(evaluation.reliability)}{details(left)}</figure>"
        + "<figure><figcaption>答错率与覆盖率 Risk and coverage</figcaption>"
        + f"{charts.risk_coverage(evaluation.risk_curve, promise)}{details(right)}</figure></div>"
    )


def worst_section(report: Report) -> str:
    """Return the most confident mistakes with the words that caused them."""
    rows = [
        [
            escape(mistake.text),
            report.named(mistake.intent),
            report.named(mistake.predicted),
            percent(mistake.confidence),
            _cause(mistake),
        ]
        for mistake in report.evaluation.worst
    ]
    head = ["消息 message", "其实是 is", "认成 taken for", "信心", "是这些词 because of"]
    return heading("最有把握的错误", "Most confident mistakes") + table(head, rows, (3,))


def _cause(mistake: Mistake) -> str:
    words = [(escape(word.token), word.weight) for word in mistake.words]
    return "".join(f"<mark>{token} <i>+{weight:.1f}</i></mark>" for token, weight in words)


def intents_section(report: Report) -> str:
    """Return each intent's figures, worst first."""
    scores = sorted(report.evaluation.per_intent.items(), key=lambda item: item[1].f1)
    rows = [
        [
            report.named(name),
            percent(s.f1),
            percent(s.precision),
            percent(s.recall),
            between(s.recall_interval),
            str(s.support),
            escape(report.titles.get(s.confused_with or "", s.confused_with or "—")),
        ]
        for name, s in scores
        if s.support
    ]
    head = ["意图 intent", "F1", "精确 precision", "召回 recall", "召回区间 95 %", "条 n", "常认成"]
    return heading("各意图，最差在前", "Intents, worst first") + table(head, rows, range(1, 6))


def foot_section(report: Report) -> str:
    """Return where the figures come from."""
    facts = [("测量数据 measured on", report.measured_on), *report.facts.items()]
    rows = [[escape(part) for part in fact] for fact in facts]
    return heading("来历", "Where this comes from") + table(["", ""], rows)
