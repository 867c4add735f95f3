"""The sections of a report about labels: worth a second look, mended, left out by a cap."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from training.caps import Kind
from training.html import heading, percent, table
from training.report_sections import Report
from training.suspects import Suspect

SHOWN = 20


def suspects_section(report: Report) -> str:
    """Return the labels that held-out models speak against; empty where there are none."""
    if not report.suspects:
        return ""
    note = (
        f"<p>没有见过这些句子的模型不同意 {len(report.suspects):,} 条的意图，再看一遍最省事的在前。"
        "标错了，就在 <code>intents/</code> 或标注里改掉，再训练。 "
        "Models that never saw them disagree; put right what is wrong and train again.</p>"
    )
    title = heading("值得再看的标注", "Labels worth a second look, most gain first")
    return title + note + _sheet(report.suspects, report)


def mended_section(report: Report) -> str:
    """Return which labels were mended, most gain first; empty where nothing was judged."""
    found = report.mended
    if found is None:
        return ""
    note = (
        f"<p>{found.doubted:,} 条人工标注经其他例句核对，约 {found.noise:.0%} 可能标错，其中 "
        f"{len(found.suspects):,} 条按“更像”学习；本页数字仍按原标注计算。"
        "全部见模型目录里的 <code>mended.jsonl</code>。标注错了，改掉它；原来没错，把它的 "
        "<code>source</code> 改成 <code>review</code>，以后不再改动。 "
        "Learnt as what they rather are; all figures here are by the labels as given.</p>"
    )
    title = heading("改动的标注", "Mended labels, most gain first")
    return title + note + _sheet(found.suspects, report)


_KINDS = {
    Kind.WORDING: "说法 wording",
    Kind.FAN: "粉丝 fan",
    Kind.AGENT: "坐席 agent",
    Kind.DAY: "日期 day",
}


def capped_section(report: Report) -> str:
    """Return what one agent, fan, day or wording brought too much of; empty where none did."""
    if not report.capped:
        return ""
    total = sum(one.left_out for one in report.capped)
    note = (
        f"<p>{total:,} 条标注没有用于训练：一位坐席、一位粉丝、一天、一种说法，都不能单独左右模型。"
        "留下哪些由抽签决定。看一看是谁、为什么这么多；确实都对，就用 "
        "<code>triagebot train --no-caps</code>。 "
        "Left out by lot, so that nobody alone makes the model; if all of it is right, train "
        "without caps.</p>"
    )
    most = sorted(report.capped, key=lambda one: -one.left_out)[:SHOWN]
    rows = [
        [_KINDS[one.kind], escape(one.name), report.named(one.intent), f"{one.left_out:,}"]
        for one in most
    ]
    head = ("上限 cap", "谁 whose", "意图 intent", "未用 left out")
    return heading("超过上限的标注", "Labels above a cap") + note + table(head, rows, (3,))


def _sheet(suspects: Sequence[Suspect], report: Report) -> str:
    head = ("消息 message", "原标注 given", "更像 rather", "谁 by", "标错 wrong", "同类 alike")
    rows = [_row(one, report) for one in suspects[:SHOWN]]
    return table(head, rows, (4, 5)) if rows else "<p>没有。 None.</p>"


def _row(one: Suspect, report: Report) -> list[str]:
    return [
        escape(one.text),
        report.named(one.given),
        report.named(one.better),
        escape(one.by or one.source.value),
        percent(one.chance),
        str(one.alike),
    ]
