"""Write the report of a model as one HTML file that needs nothing else.

The worst confusions come first, as that is what an engineer opens it for. There is no script, and
the file's own content policy allows nothing but its one style sheet.
"""

from __future__ import annotations

import base64
import hashlib
import os
from html import escape
from importlib.resources import files
from pathlib import Path

from training import report_sections as sections
from training.evaluate import cause_in, summarise
from training.outcomes import held_out_outcomes
from training.report_sections import Report
from training.train import Trained
from triagebot.triage.registry import load
from triagebot.triage.think import wake

__all__ = ["Report", "render", "write", "write_report"]


def render(report: Report) -> str:
    """Return the page. The same report gives the same text."""
    style = files("training").joinpath("report_style.css").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    parts = (
        sections.head_section(report),
        sections.confusions_section(report),
        sections.matrix_section(report),
        sections.curves_section(report),
        sections.worst_section(report),
        sections.thresholds_section(report),
        sections.intents_section(report),
        sections.foot_section(report),
    )
    return (
        '<!doctype html>\n<html lang="zh-CN"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
        f"style-src 'sha256-{digest}'\">"
        f"<title>模型报告 {escape(report.model)}</title><style>{style}</style></head><body><main>"
        + "\n".join(parts)
        + "</main></body></html>\n"
    )


def write_report(trained: Trained) -> Path:
    """Write `report.html` beside a new model, measured on its held-out sentences."""
    mind = wake(load(trained.folder))
    found = held_out_outcomes(
        trained.dataset, trained.intents, trained.held_out, mind.thresholds.intents
    )
    report = Report(
        trained.folder.name,
        summarise(found, cause_in(mind)),
        mind.catalogue.intents,
        "留出的例句 held-out sentences",
        trained.proof,
        {
            "例句 sentences": f"{len(trained.dataset.rows):,}",
            "重复 duplicates": f"{trained.dataset.duplicates:,}",
            "矛盾 conflicts": f"{len(trained.dataset.conflicts):,}",
            "数据指纹 data hash": mind.bundle.manifest.data_hash,
        },
    )
    return write(trained.folder / "report.html", report)


def write(path: Path, report: Report) -> Path:
    """Write the page, whole or not at all."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.write_text(render(report), encoding="utf-8")
    return draft.replace(path)
