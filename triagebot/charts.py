"""Draw figures as SVG that reads aloud, prints, follows the page's colours and has a table twin.

Colours come from CSS classes of the page, never from the drawing, so that light, dark and print
work; there are no style attributes and no script, so that a strict content policy holds.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape


@dataclass(frozen=True, slots=True)
class Plot:
    """A square-cornered plot area, in pixels, over x from 0 to `right` and y from 0 to `top`."""

    width: int = 440
    height: int = 340
    left: int = 48
    bottom: int = 44
    above: int = 30
    right: float = 1.0
    top: float = 1.0

    def x(self, value: float) -> float:
        """Return the pixel of a value on the horizontal axis."""
        share = min(value / self.right, 1.0)
        return round(self.left + share * (self.width - self.left - 26), 2)

    def y(self, value: float) -> float:
        """Return the pixel of a value on the vertical axis."""
        share = min(value / self.top, 1.0)
        return round(
            self.height - self.bottom - share * (self.height - self.bottom - self.above), 2
        )

    def axes(self, across: str, up: str, mark: Callable[[float], str] | None = None) -> str:
        """Return grid lines and the names of both axes.

        Values are shown as percentages; those across as `mark` has it, if it is given.
        """
        parts = []
        for i in range(6):
            at_x, at_y = self.right * i / 5, self.top * i / 5
            parts.append(line("grid", self.x(at_x), self.y(0), self.x(at_x), self.y(self.top)))
            parts.append(line("grid", self.x(0), self.y(at_y), self.x(self.right), self.y(at_y)))
            parts.append(text("tick mid", self.x(at_x), self.y(0) + 16, (mark or share)(at_x)))
            parts.append(text("tick end", self.x(0) - 6, self.y(at_y) + 4, share(at_y)))
        parts.append(text("axis mid", (self.left + self.width) / 2, self.height - 6, across))
        parts.append(text("axis", 2, 12, up))
        return "".join(parts)

    def path(self, points: Sequence[tuple[float, float]]) -> str:
        """Return the points as coordinates of a line."""
        return " ".join(f"{self.x(x)},{self.y(y)}" for x, y in points)


def svg(width: float, height: float, title: str, description: str, body: str, key: str) -> str:
    """Return a drawing with its title and description; `key` is unique on the page."""
    return (
        f'<svg viewBox="0 0 {width:g} {height:g}" width="{width:g}" height="{height:g}" role="img"'
        f' aria-labelledby="{key}-t {key}-d"><title id="{key}-t">{escape(title)}</title>'
        f'<desc id="{key}-d">{escape(description)}</desc>{body}</svg>'
    )


def line(kind: str, x1: float, y1: float, x2: float, y2: float) -> str:
    """Return a straight line."""
    return f'<line class="{kind}" x1="{x1:g}" y1="{y1:g}" x2="{x2:g}" y2="{y2:g}"/>'


def text(kind: str, x: float, y: float, words: str) -> str:
    """Return words; the class says where they are anchored."""
    return f'<text class="{kind}" x="{x:g}" y="{y:g}">{escape(words)}</text>'


def share(value: float) -> str:
    """Return a share as a percentage without needless digits."""
    return f"{100 * value:.3g}%"


def bar(value: float, most: float, key: str) -> str:
    """Return a small horizontal bar; purely decorative, as the number stands beside it."""
    width = 120 * value / most if most else 0
    return (
        f'<svg class="bar {key}" viewBox="0 0 120 10" width="120" height="10" aria-hidden="true">'
        f'<rect class="track" width="120" height="10" rx="3"/>'
        f'<rect class="fill" width="{width:.1f}" height="10" rx="3"/></svg>'
    )
