"""The drawings of a report: messages by day and treatment, and by weekday and hour."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from triagebot.charts import line, svg, text
from triagebot.desk.frames import Sentence
from triagebot.desk.report_shapes import DayRow, HeatRow

WIDE, HIGH, LEFT, TOP, FOOT = 880, 220, 56, 12, 24
CELL, GAP = 33, 3
PARTS = ("answered", "asked", "handed_off", "silent")
"""From the bottom of a column to its top."""
LABELS = 12


def days(rows: Sequence[DayRow], t: Sentence) -> str:
    """Return a column for each day, stacked by what was done with its messages."""
    highest = _round_up(max((row.treated.messages for row in rows), default=0))
    step = (WIDE - LEFT) / max(1, len(rows))
    scale = (HIGH - TOP - FOOT) / highest
    parts = []
    for share in (0, 0.5, 1):
        y = HIGH - FOOT - share * highest * scale
        parts.append(line("grid", LEFT, y, WIDE, y))
        parts.append(text("tick end", LEFT - 6, y + 4, f"{round(share * highest):,}"))
    for i, row in enumerate(rows):
        parts.append(_column(row, LEFT + i * step, step, scale, t))
        if i % -(-len(rows) // LABELS) == 0:
            x = LEFT + (i + 0.5) * step
            parts.append(text("tick mid", x, HIGH - 6, f"{row.day.month}/{row.day.day}"))
    total = sum(row.treated.messages for row in rows)
    described = t("report.days.described", n=f"{total:,}", days=len(rows))
    return svg(WIDE, HIGH, t("report.days"), described, "".join(parts), "days")


def heat(rows: Sequence[HeatRow], t: Sentence) -> str:
    """Return weekdays against hours of the day, darker where more came."""
    most = max((n for row in rows for n in row.hours), default=0) or 1
    parts = []
    for hour in range(0, 24, 3):
        parts.append(text("tick", LEFT + hour * CELL, TOP, f"{hour:02d}:00"))
    for row in rows:
        y = TOP + 8 + row.weekday * CELL
        parts.append(text("tick end", LEFT - 8, y + 20, t(f"report.weekday.{row.weekday}")))
        for hour, n in enumerate(row.hours):
            x, depth = LEFT + hour * CELL, 0.08 + 0.92 * n / most if n else 0
            parts.append(
                f'<rect class="heat-none" x="{x}" y="{y}" width="{CELL - GAP}"'
                f' height="{CELL - GAP}" rx="4"/>'
                f'<rect class="heat" x="{x}" y="{y}" width="{CELL - GAP}" height="{CELL - GAP}"'
                f' rx="4" fill-opacity="{depth:.2f}"><title>'
                f"{escape(t(f'report.weekday.{row.weekday}'))} {hour:02d}:00 · {n:,}"
                "</title></rect>"
            )
    peak = max(((n, row.weekday, hour) for row in rows for hour, n in enumerate(row.hours)))
    described = t(
        "report.heat.described",
        n=f"{peak[0]:,}",
        weekday=t(f"report.weekday.{peak[1]}"),
        hour=f"{peak[2]:02d}:00",
    )
    wide, high = LEFT + 24 * CELL, TOP + 8 + 7 * CELL
    return svg(wide, high, t("report.heat"), described, "".join(parts), "heat")


def _column(row: DayRow, x: float, step: float, scale: float, t: Sentence) -> str:
    bottom, parts = float(HIGH - FOOT), []
    for name in PARTS:
        high = getattr(row.treated, name) * scale
        bottom -= high
        parts.append(
            f'<rect class="part-{name}" x="{x + step * 0.14:.2f}" y="{bottom:.2f}"'
            f' width="{step * 0.72:.2f}" height="{high:.2f}"/>'
        )
    counts = " · ".join(f"{t(f'report.{name}')} {getattr(row.treated, name):,}" for name in PARTS)
    return f"<g><title>{row.day}: {escape(counts)}</title>{''.join(parts)}</g>"


def _round_up(value: int) -> int:
    """Return the next number with one or two leading digits, so that the axis reads well."""
    if value <= 10:
        return 10
    unit = int(10 ** (len(str(value)) - 2))
    return -(-value // (5 * unit)) * 5 * unit
