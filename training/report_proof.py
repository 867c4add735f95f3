"""The section of a report about thresholds and what proves them."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from training.html import badge, heading, percent, table
from training.report_sections import Report
from training.spare import hanging, spare_errors
from triagebot.triage.proof import IntentProof

_HEAD = (
    "意图 intent",
    "状态 state",
    "门槛 threshold",
    "条 n",
    "错 errors",
    "还容几错 spare",
    "上界 bound",
    "覆盖",
)


def thresholds_section(report: Report) -> str:
    """Return what is proven of each intent, and what is missing; empty without proofs."""
    proof = report.proof
    if proof is None:
        return ""
    promised = f"承诺：自动回答最多 {percent(proof.max_error)} 答错，把握 {proof.confidence:.0%}。"
    kept = sorted(proof.intents.items(), key=lambda item: (item[1].needs, item[0]))
    spare = spare_errors(proof)
    rows = [_threshold(report.named(name), one, spare.get(name)) for name, one in kept]
    source = (
        f"<p>{promised} {badge('warn', '暂定 provisional')} 由留出的种子例句证明，"
        "抽检标注足够后改由抽检证明。</p>"
        if proof.provisional
        else f"<p>{promised} 由随机抽检证明。 Proven on random audits.</p>"
    )
    return (
        heading("门槛与证明", "Thresholds and their proof")
        + source
        + _warning(report, hanging(proof))
        + table(_HEAD, rows, range(2, 8))
    )


def _warning(report: Report, names: Sequence[str]) -> str:
    if not names:
        return ""
    listed = "、".join(escape(report.titles.get(name, name)) for name in names)
    return (
        f"<p>{badge('warn', '悬于一条 hangs on one')} 再错一条，门槛就会升高或失去证明：{listed}。"
        " One more error would raise the threshold or end the proof.</p>"
    )


def _threshold(named: str, one: IntentProof, spare: int | None) -> list[str]:
    counts = [str(one.n), str(one.errors)]
    if one.threshold is None:
        state = badge("bad", f"未证明，还需 {one.needs:,} 条正确标注 needs {one.needs:,} more")
        return [named, state, "—", *counts, "—", percent(one.bound), "—"]
    words = ("good", "已证明 proven") if one.evidence == "audit" else ("warn", "暂定 provisional")
    found = [percent(one.bound), percent(one.coverage)]
    return [named, badge(*words), f"{one.threshold:.3f}", *counts, str(spare), *found]
