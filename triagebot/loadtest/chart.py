"""Draws a few lines over the seconds of a run, with round numbers at the axes."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from math import floor, log10
from typing import NamedTuple

WIDTH, HEIGHT = 760, 240
LEFT, RIGHT, BOTTOM, TOP = 64, 28, 28, 16
STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)


class Line(NamedTuple):
    """One line: the class of the page that colours it, its name, its values from left to right."""

    css: str
    name: str
    values: Sequence[float]


def chart(title: str, lines: Sequence[Line], seconds: float) -> str:
    """Return a chart under its heading; the values of each line are spread over `seconds`."""
    highest = max((value for line in lines for value in line.values), default=0.0)
    marks = ticks(highest or 1.0)
    legend = "".join(f'<i class="{css}"></i>{escape(name)}' for css, name, _ in lines)
    paths = "".join(_path(line, marks[-1]) for line in lines)
    return (
        f"<h2>{escape(title)}</h2><p>{legend}</p>"
        f'<div class="wide" tabindex="0" role="group" aria-label="{escape(title)}">'
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(title)}">'
        f"{_across(seconds)}{_up(marks)}{paths}</svg></div>"
    )


def ticks(highest: float) -> list[float]:
    """Return round numbers from 0 to at least `highest`, six at the most."""
    rough = highest / 5
    power = 10.0 ** floor(log10(rough))
    step = next(power * each for each in STEPS if power * each >= rough * (1 - 1e-9))
    count = -(-highest // step)
    return [step * i for i in range(int(count) + 1)]


def _across(seconds: float) -> str:
    end = max(seconds, 1.0)
    return "".join(
        f'<text class="mid" x="{_x(mark / end)}" y="{HEIGHT - 6}">{mark:,.6g} s</text>'
        for mark in ticks(end)
        if mark <= end
    )


def _up(marks: Sequence[float]) -> str:
    parts = []
    for mark in marks:
        y = _y(mark / marks[-1])
        parts.append(f'<line class="grid" x1="{LEFT}" y1="{y}" x2="{WIDTH - RIGHT}" y2="{y}"/>')
        parts.append(f'<text class="end" x="{LEFT - 8}" y="{y + 4}">{mark:,.6g}</text>')
    return "".join(parts)


def _path(line: Line, top: float) -> str:
    last = max(1, len(line.values) - 1)
    points = (f"{_x(i / last)} {_y(value / top)}" for i, value in enumerate(line.values))
    return f'<path class="{line.css}" d="M{" L".join(points)}"/>'


def _x(share: float) -> float:
    return round(LEFT + share * (WIDTH - LEFT - RIGHT), 1)


def _y(share: float) -> float:
    return round(HEIGHT - BOTTOM - share * (HEIGHT - BOTTOM - TOP), 1)
