"""Write the report of a model as one HTML file that needs nothing else.

The worst confusions come first, as that is what an engineer opens it for. There is no script, and
the file's own content policy allows nothing but its one style sheet.
"""

from __future__ import annotations

from pathlib import Path

from training import report_sections as sections
from training.evaluate import summarise
from training.html import page, write_page
from training.mistakes import cause_in
from training.outcomes import held_out_outcomes
from training.report_labels import capped_section, mended_section, suspects_section
from training.report_proof import thresholds_section
from training.report_sections import Report
from training.train import Trained
from triagebot.triage.registry import load
from triagebot.triage.think import wake

__all__ = ["Report", "render", "write", "write_report"]


def render(report: Report) -> str:
    """Return the page. The same report gives the same text."""
    parts = (
        sections.head_section(report),
        sections.confusions_section(report),
        sections.matrix_section(report),
        sections.curves_section(report),
        sections.worst_section(report),
        suspects_section(report),
        mended_section(report),
        capped_section(report),
        thresholds_section(report),
        sections.intents_section(report),
        sections.foot_section(report),
    )
    return page(f"模型报告 {report.model}", parts)


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
        trained.suspects,
        trained.mended,
        trained.dataset.capped,
    )
    return write(trained.folder / "report.html", report)


def write(path: Path, report: Report) -> Path:
    """Write the page, whole or not at all."""
    return write_page(path, render(report))
