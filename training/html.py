"""Small pieces of HTML that the report is put together from; all plain words are escaped."""

from __future__ import annotations

import base64
import hashlib
import os
from collections.abc import Iterable, Sequence
from html import escape
from importlib.resources import files
from pathlib import Path

from training.measures import Interval


def page(title: str, parts: Iterable[str]) -> str:
    """Return a whole page that needs nothing else and allows nothing but its one style sheet."""
    style = files("training").joinpath("report_style.css").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return (
        '<!doctype html>\n<html lang="zh-CN"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
        f"style-src 'sha256-{digest}'\">"
        f"<title>{escape(title)}</title><style>{style}</style></head><body><main>"
        + "\n".join(parts)
        + "</main></body></html>\n"
    )


def write_page(path: Path, text: str) -> Path:
    """Write a page, whole or not at all."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.write_text(text, encoding="utf-8")
    return draft.replace(path)


def heading(zh: str, en: str) -> str:
    """Return a section's heading in both languages."""
    return f"<h2>{escape(zh)} <small>{escape(en)}</small></h2>"


def badge(kind: str, words: str) -> str:
    """Return a small coloured mark; `kind` is good, warn or bad."""
    return f'<span class="badge {kind}">{escape(words)}</span>'


def details(table: str) -> str:
    """Return a figure's table twin, folded."""
    return f"<details><summary>数据表 Table</summary>{table}</details>"


def table(head: Sequence[str], rows: Iterable[Sequence[str]], numbers: Iterable[int] = ()) -> str:
    """Return a table; the cells hold HTML, the head plain words."""
    right = set(numbers)

    def kind(column: int) -> str:
        return ' class="n"' if column in right else ""

    titles = "".join(f'<th scope="col"{kind(i)}>{escape(word)}</th>' for i, word in enumerate(head))
    body = "".join(
        "<tr>" + "".join(f"<td{kind(i)}>{cell}</td>" for i, cell in enumerate(row)) + "</tr>"
        for row in rows
    )
    top = f"<thead><tr>{titles}</tr></thead>" if any(head) else ""
    return f'<div class="sheet" tabindex="0"><table>{top}<tbody>{body}</tbody></table></div>'


def percent(value: float) -> str:
    """Return a share with one decimal."""
    return f"{100 * value:.1f}%"


def between(interval: Interval) -> str:
    """Return an interval of shares."""
    return f"{100 * interval.low:.1f}–{100 * interval.high:.1f}%"


def tile(name: str, value: str, note: str) -> str:
    """Return a key figure with what it is and a note; `value` is HTML."""
    return (
        f'<div class="tile"><span>{escape(name)}</span><b>{value}</b>'
        f"<span>{escape(note)}</span></div>"
    )
