"""The section of a report about labels that were not learnt as given."""

from __future__ import annotations

from html import escape

from training.html import heading, percent, table
from training.report_sections import Report
from training.suspects import Suspect

SHOWN = 30


def mended_section(report: Report) -> str:
    """Return which labels were mended, most gain first; empty where nothing was judged."""
    found = report.mended
    if found is None:
        return ""
    note = (
        f"<p>{found.doubted:,} 条人工标注经其他例句核对，约 {found.noise:.0%} 可能标错，其中 "
        f"{len(found.suspects):,} 条按“改成”学习；本页数字仍按原标注计算。"
        "全部见模型目录里的 <code>mended.jsonl</code>。标注错了，改掉它；原来没错，把它的 "
        "<code>source</code> 改成 <code>review</code>，以后不再改动。 "
        "Learnt as the better intent; all figures here are by the labels as given.</p>"
    )
    head = [
        "消息 message",
        "原标注 given",
        "改成 learnt as",
        "谁 by",
        "可能标错 wrong",
        "同类 alike",
    ]
    rows = [_row(one, report) for one in found.suspects[:SHOWN]]
    sheet = table(head, rows, (4, 5)) if rows else "<p>没有改动。 None.</p>"
    return heading("改动的标注", "Mended labels, most gain first") + note + sheet


def _row(one: Suspect, report: Report) -> list[str]:
    return [
        escape(one.text),
        report.named(one.given),
        report.named(one.better),
        escape(one.by or one.source.value),
        percent(one.chance),
        str(one.alike),
    ]
